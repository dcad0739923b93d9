"""What banks call their columns: for each role the words that name it, the most telling first, in lower case."""

ROLES: dict[str, tuple[str, ...]] = {
    "date": (
        "buchungstag", "buchungsdatum", "booking date", "transaction date", "posting date", "交易日期", "交易时间",
        "交易時間", "记账日期", "入账日期", "入賬日期", "date comptable", "date d'opération", "fecha operación",
        "fecha", "data operazione", "data contabile", "boekdatum", "data do lançamento", "data operacji", "datum",
        "date", "日期", "completed date", "valuta", "value date", "wertstellung", "valutadatum", "起息日",
    ),
    "amount": (
        "betrag", "umsatz", "amount", "transaction amount", "交易金额", "交易金額", "金额", "金額", "发生额", "montant",
        "importe", "importo", "bedrag", "valor", "kwota", "value",
    ),
    "debit": (
        "paid out", "money out", "withdrawal", "withdrawals", "debit amount", "debit", "debits", "soll", "belastung",
        "支出金额", "支出", "借方发生额", "借方金额", "支取", "提取", "débit", "cargo", "dare", "uscite", "out",
    ),
    "credit": (
        "paid in", "money in", "deposit", "deposits", "credit amount", "credit", "credits", "haben", "gutschrift",
        "收入金额", "收入", "贷方发生额", "贷方金额", "存入", "crédit", "abono", "avere", "entrate", "in",
    ),
    "sign": (
        "soll/haben", "debit/credit", "credit/debit", "dr/cr", "cr/dr", "s/h", "af bij", "af/bij", "借贷标志", "借贷",
        "收支类型", "收/支", "收支", "sens", "segno",
    ),
    "payer": (
        "name zahlungsbeteiligter", "beguenstigter/zahlungspflichtiger", "begünstigter/zahlungspflichtiger",
        "auftraggeber/empfänger", "auftraggeber/empfaenger", "zahlungspflichtige*r", "auftraggeber / begünstigter",
        "begünstigter", "auftraggeber", "counter party", "counterparty", "payee", "payer", "name", "对方户名",
        "对方名称", "交易对手", "对方单位", "對方戶名", "对方姓名", "付款人", "partner", "bénéficiaire", "beneficiario",
        "tegenpartij", "naam", "beneficiário", "kontrahent", "merchant", "from/to",
    ),
    "reference": (
        "verwendungszweck", "reference", "payment reference", "transaction description", "transaction details",
        "description", "details", "particulars", "narrative", "附言", "用途", "摘要", "备注", "說明", "说明",
        "交易摘要", "libellé", "motif", "concepto", "causale", "omschrijving", "mededelingen", "descrição",
        "tytuł operacji", "memo", "notes",
    ),
    "number": (
        "kontonummer/iban", "iban zahlungsbeteiligter", "iban", "konto-nr.", "kontonummer", "counterparty iban",
        "account number of counterparty", "对方账号", "对方账户", "對方賬號", "交易对手账号", "tegenrekening",
        "contropartita", "rachunek kontrahenta",
    ),
    "currency": (
        "währung", "waehrung", "currency", "币种", "币别", "貨幣", "货币", "devise", "divisa", "moneda", "valuta code",
        "munt", "moeda", "waluta", "ccy",
    ),
    "words": (
        "buchungstext", "umsatzart", "transaction type", "type", "业务类型", "交易类型", "交易方式", "code",
        "mutatiesoort", "tipo",
    ),
    "balance": (
        "saldo", "saldo nach buchung", "balance", "running balance", "余额", "餘額", "账户余额", "结余", "solde",
    ),
    "own": (
        "auftragskonto", "iban auftragskonto", "account", "account number", "本方账号", "账号", "rekening", "sort code",
        "bezeichnung auftragskonto",
    ),
}  # fmt: skip
"""`balance` and `own` (the hotline's own account) are there so that no other role takes their columns."""

OUT = frozenset({"d", "dr", "debit", "s", "soll", "-", "af", "借", "支出", "支", "debet", "payment", "出"})
IN = frozenset({"c", "cr", "credit", "h", "haben", "+", "bij", "贷", "收入", "收", "deposit", "入"})
"""How a column says which way money went."""
