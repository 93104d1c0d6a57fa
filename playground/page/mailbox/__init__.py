"""A mail program without a face: reads by IMAP, sends by SMTP, and tells what a person would see."""
