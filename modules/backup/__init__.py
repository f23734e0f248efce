"""AWS Backup: recovery points of the tables and buckets, and who may delete them."""

from modules.backup.backups import Backups

__all__ = ["Backups"]
