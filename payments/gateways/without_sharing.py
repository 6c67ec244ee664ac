"""An acquirer that offers no profit sharing answers every such wish with a plain no."""

from payments.gateways.protocol import FAILED, Answer, Payee, SplitLine, SplitOrder

NO_SPLIT = Answer(FAILED, code="NO_SPLIT", text="这家收单机构不支持分账")


class WithoutSharing:
    """Refuse to split."""

    def bind_receiver(self, payee: Payee, line: SplitLine) -> Answer:
        """Refuse."""
        return NO_SPLIT

    def sharing_ratio_bps(self, payee: Payee) -> int:
        """Return 0."""
        return 0

    def split(self, order: SplitOrder) -> Answer:
        """Refuse."""
        return NO_SPLIT

    def unfreeze(self, order: SplitOrder) -> Answer:
        """Refuse."""
        return NO_SPLIT

    def query_split(self, order: SplitOrder) -> Answer:
        """Refuse."""
        return NO_SPLIT

    def take_back(self, order: SplitOrder) -> Answer:
        """Refuse."""
        return NO_SPLIT

    def query_take_back(self, order: SplitOrder) -> Answer:
        """Refuse."""
        return NO_SPLIT
