"""What happens at the entrance."""

from checkin.services.admission import admit_scans

__all__ = ["admit_scans"]
