export default {
  ru: {},
  en: {},
};
