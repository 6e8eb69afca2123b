"""One scan from a page without JavaScript."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.forms import TextField
from backend.core.models import uuid7
from checkin.enums import ScanType
from checkin.scan import ScanRequest
from events.fairs.models import Fair, Gate


class ScanForm(forms.Form):
    """What the scanner's form sends; the nonce was made with the page, so a reload admits nobody twice."""

    secret = TextField(label=_("Ticket or code"), max_length=200)
    type = forms.ChoiceField(choices=ScanType.choices)
    nonce = forms.UUIDField()
    gate = forms.ModelChoiceField(Gate.objects.none(), required=False)
    force = forms.BooleanField(required=False)
    reason = TextField(max_length=500, required=False)

    def __init__(self, *args: Any, fair: Fair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gate"].queryset = fair.gates.order_by("name")  # type: ignore[attr-defined]

    def scan(self) -> ScanRequest:
        """What the valid form says, as the service takes it."""
        values = self.cleaned_data
        gate = values["gate"]
        return ScanRequest(
            secret=values["secret"],
            type=ScanType(values["type"]),
            nonce=values["nonce"],
            gate_id=gate.pk if gate else None,
            is_forced=values["force"],
            force_reason=values["reason"],
        )


def blank_scan(previous: ScanForm) -> dict[str, Any]:
    """What the page's next scan begins with: the same way and gate, and a new nonce."""
    values = getattr(previous, "cleaned_data", {})
    return {
        "type": values.get("type") or ScanType.ENTRY,
        "gate": values.get("gate"),
        "nonce": uuid7(),
    }
