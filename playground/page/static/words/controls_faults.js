// The words of the faults.
export default {
  ru: {},
  en: {},
};
