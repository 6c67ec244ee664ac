"""What people type on the pages of the trade and at the console; one file a noun."""

from supplychain.forms.assessment import NeedForm, PaperForm
from supplychain.forms.commodity import CommodityForm
from supplychain.forms.price_sheet import ConcordanceForm, SheetForm, SourceForm
from supplychain.forms.trade import (
    BuyerForm,
    CommodityField,
    CountAllForm,
    CountForm,
    GoodsForm,
    KgField,
    LossForm,
    PriceField,
    ReceivingForm,
    ReceivingLineForm,
    ReturnForm,
    WeighedForm,
    WeighForm,
)

__all__ = [
    "BuyerForm",
    "CommodityField",
    "CommodityForm",
    "ConcordanceForm",
    "CountAllForm",
    "CountForm",
    "GoodsForm",
    "KgField",
    "LossForm",
    "NeedForm",
    "PaperForm",
    "PriceField",
    "ReceivingForm",
    "ReceivingLineForm",
    "ReturnForm",
    "SheetForm",
    "SourceForm",
    "WeighForm",
    "WeighedForm",
]
