"""A local IMAP and SMTP server: mail sent to a local address lies in that person's mailbox a moment later."""

from playground.mail.world import MailWorld

__all__ = ["MailWorld"]
