// The tour's steps with letters: a client who writes by mail, is answered by mail, and goes on in Telegram.

export const LETTERS = [];
