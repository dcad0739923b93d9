"""What depends on where an account is: its currency, the bank account that it pays out to, what it may take."""

CURRENCIES = {
    "AT": "eur", "AU": "aud", "BE": "eur", "BG": "eur", "BR": "brl", "CA": "cad", "CH": "chf", "CY": "eur", "CZ": "czk",
    "DE": "eur", "DK": "dkk", "EE": "eur", "ES": "eur", "FI": "eur", "FR": "eur", "GB": "gbp", "GR": "eur", "HK": "hkd",
    "HR": "eur", "HU": "huf", "IE": "eur", "IT": "eur", "JP": "jpy", "LT": "eur", "LU": "eur", "LV": "eur", "MT": "eur",
    "MX": "mxn", "MY": "myr", "NL": "eur", "NO": "nok", "NZ": "nzd", "PL": "pln", "PT": "eur", "RO": "ron", "SE": "sek",
    "SG": "sgd", "SI": "eur", "SK": "eur", "TH": "thb", "US": "usd",
}  # fmt: skip
"""Countries in which an organisation can have an account, each with its currency. Mainland China isn't one."""

FIXED_FEES = {"usd": 30, "eur": 25, "gbp": 20, "hkd": 235, "jpy": 0, "cny": 200, "sgd": 50, "aud": 30, "cad": 30}
"""What a payment costs beside its share, in minor units; 30 in other currencies."""

DISPUTE_FEES = {"usd": 1500, "eur": 2000, "gbp": 2000, "hkd": 8500, "jpy": 1500, "sgd": 1500, "aud": 2500, "cny": 10000}
"""What a dispute costs, whoever is right."""

CAPABILITIES = {"card": "card_payments", "sepa_debit": "sepa_debit_payments"}
"""The capability that an account needs for a way of paying; Alipay and WeChat Pay need none, only the right country."""

EURO = frozenset(country for country, currency in CURRENCIES.items() if currency == "eur")
CAPABLE = {
    "alipay": EURO | {"AU", "CA", "GB", "HK", "JP", "MY", "NZ", "SG", "US"},
    "wechat_pay": EURO | {"AU", "CA", "CH", "DK", "GB", "HK", "JP", "NO", "SE", "SG", "US"},
}
"""In which countries an account may have it; other ways in all."""

WALLET_CURRENCIES = {
    "aud", "cad", "chf", "cny", "dkk", "eur", "gbp", "hkd", "jpy", "myr", "nok", "nzd", "sek", "sgd", "usd",
}  # fmt: skip
METHOD_CURRENCIES = {"alipay": WALLET_CURRENCIES, "wechat_pay": WALLET_CURRENCIES, "sepa_debit": {"eur"}}
"""Currencies in which each way of paying works; a card works in all."""


def methods_for(country: str, currency: str, capabilities: dict[str, str]) -> list[str]:
    """The ways of paying that an account in this country offers in this currency with these capabilities."""
    return [
        method
        for method in ("card", "alipay", "wechat_pay", "sepa_debit")
        if country in CAPABLE.get(method, {country})
        and currency in METHOD_CURRENCIES.get(method, {currency})
        and (method not in CAPABILITIES or capabilities.get(CAPABILITIES[method]) == "active")
    ]
