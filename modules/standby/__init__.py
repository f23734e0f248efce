"""What stands by in the disaster-recovery region."""

from modules.standby.standby import Standby

__all__ = ["Standby"]
