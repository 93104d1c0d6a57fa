// The frame of the page.
export default {
  ru: {
    skip: "К содержимому",
    tabs: "Части страницы",
    client: "Telegram клиента",
    group: "Группа инженеров",
    mail: "Почта клиента",
    thoughts: "Что думает Otvet",
    other_language: "Switch to English",
    light: "Светлая тема",
    dark: "Тёмная тема",
    lost: "Связь со страницей потеряна. Если вы остановили демонстрацию, запустите её снова.",
  },
  en: {
    skip: "Skip to content",
    tabs: "Parts of the page",
    client: "The client’s Telegram",
    group: "The engineers’ group",
    mail: "The client’s mailbox",
    thoughts: "What Otvet thinks",
    other_language: "Перейти на русский",
    light: "Light theme",
    dark: "Dark theme",
    lost: "The page has lost its server. If you stopped the demo, start it again.",
  },
};
