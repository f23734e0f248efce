"""Application Auto Scaling."""

from modules.autoscaling.scaling import Dimension, Scaling

__all__ = ["Dimension", "Scaling"]
