"""Published index tables as facts to reproduce.

data_manual_ch19.csv: the artificial data set of ILO and others, Consumer Price Index Manual (2004),
chapter 19. data_balk.csv: Balk, Price and Quantity Index Numbers (2008), tables 3.4, 3.6, 3.12,
four decimals. data_manual_ch19_computed.csv: the same input by R IndexNumR 0.6.0, ten decimals.

data_turvey.csv: R. Turvey's seasonal fruit as printed in IMF and others, Producer Price Index
Manual (2004), chapter 22. data_turvey_published.csv: its tables 22.18 and 22.25, four decimals, and
last values by Statistics New Zealand's R package multilateral, six decimals.
data_turvey_indexnumr.csv: R IndexNumR 0.6.0, columns method/window/splice, twelve decimals.

CES: the artificial data of Diewert and Fox (2017), sigma = 2; weighted time-product dummy by
R IndexNumR, as in its documentation.
"""

import csv
from pathlib import Path

import numpy as np

from supplychain.rules.price_panel import PricePanel, build_panel

FOLDER = Path(__file__).parent


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def panel_of(name: str, period: str, product: str) -> PricePanel:
    rows = rows_of(name)
    return build_panel(
        periods=[row[period] for row in rows],
        products=[row[product] for row in rows],
        prices=[float(row["price"]) for row in rows],
        quantities=[float(row["quantity"]) for row in rows],
    )


def manual_panel() -> PricePanel:
    return panel_of("data_manual_ch19.csv", "period", "product")


def turvey_panel() -> PricePanel:
    return panel_of("data_turvey.csv", "month", "commodity")


def ces_panel() -> PricePanel:
    """Four products over twelve periods; quantities from CES preferences with sigma = 2."""
    price = np.array(
        [
            [2, 1.75, 1.6, 1.5, 1.45, 1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1],
            [1, 0.5, 1.05, 1.1, 1.12, 1.15, 1.18, 0.6, 1.2, 1.25, 1.28, 1.3],
            [1, 0.95, 0.9, 0.85, 0.4, 0.8, 0.75, 0.72, 0.7, 0.4, 0.7, 0.65],
            [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.7, 0.65, 0.7, 0.75, 0.75, 0.8],
        ]
    ).T
    expenditure = np.array([10, 13, 11, 12, 15, 13, 14, 17, 15, 18, 16, 17])
    appeal = np.array([0.2, 0.2, 0.2, 0.4]) / price
    share = appeal / appeal.sum(axis=1, keepdims=True)
    return PricePanel(
        tuple(str(period) for period in range(1, 13)),
        ("1", "2", "3", "4"),
        price,
        expenditure[:, None] * share / price,
    )


CES_WTPD_12 = [
    1, 0.880339868502394, 1.11310561070234, 1.15879006335178, 0.944228876424154, 1.23413422819567,
    1.17381864977063, 0.96466253410287, 1.14473361053433, 0.955804858341343, 1.17418844896016, 1.17377193225844,
]  # fmt: skip
CES_WTPD_11 = [
    1, 0.88125316126336, 1.11113003298188, 1.15577105831891, 0.939283785493012, 1.22946886276831,
    1.16928578010074, 0.962925047843644, 1.13966638509599, 0.949589626761819, 1.16793031098926,
]  # fmt: skip
CES_WTPD_11_LAST = {
    "mean": 1.17283932343105,
    "mean_pub": 1.17283932343105,
    "movement": 1.169222231299,
    "window": 1.18221020311053,
    "wisp": 1.18221020311053,
    "half": 1.17307644429241,
    "hasp": 1.17307644429241,
}
