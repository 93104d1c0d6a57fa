"""The demo's page: people's Telegram, their mailboxes, the clock, misfortunes and what the desk makes of it all."""
