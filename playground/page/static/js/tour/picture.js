// The picture that the tour's client sends: what a printer's small screen says.

const WIDTH = 640;
const HEIGHT = 400;

export function screenshot() {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext("2d");
  const box = (colour, x, y, width, height, round) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.roundRect(x, y, width, height, round);
    pen.fill();
  };
  box("#c9ced6", 0, 0, WIDTH, HEIGHT, 0);
  box("#2f3540", 50, 36, 540, 250, 22);
  box("#0f4aa8", 76, 60, 488, 202, 8);
  pen.fillStyle = "#ffffff";
  pen.font = "bold 44px monospace";
  pen.fillText("⚠ ERROR 49.4C02", 106, 148);
  pen.font = "28px monospace";
  pen.fillText("Driver: unknown", 106, 202);
  for (const [place, colour] of [[150, "#e2564b"], [320, "#f0b13c"], [490, "#58b368"]]) box(colour, place - 30, 318, 60, 44, 22);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}
