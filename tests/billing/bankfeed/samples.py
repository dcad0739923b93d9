"""Statements as banks write them, written by ourselves: no bank's and no person's."""

SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";'
    '"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"\r\n'
    '"DE02100500000054540402";"31.03.26";"31.03.26";"GUTSCHR. UEBERWEISUNG";"Spende fuer die Nachtlinie";"Jürgen Groß";'
    '"DE88100900001234567892";"BEVODEBB";"25,00";"EUR";"Umsatz gebucht"\r\n'
    '"DE02100500000054540402";"30.03.26";"30.03.26";"DAUERAUFTRAG";"Miete April";"Haus am Park GmbH";'
    '"DE75512108001245126199";"SOGEDEFF";"-1.450,00";"EUR";"Umsatz gebucht"\r\n'
    '"DE02100500000054540402";"02.03.26";"02.03.26";"GUTSCHR. UEBERWEISUNG";"STRIPE PAYOUT";"Stripe Payments Europe";'
    '"IE29AIBK93115212345678";"AIBKIE2D";"1.234,56";"EUR";"Umsatz gebucht"\r\n'
).encode("cp1252")
"""Windows' signs, semicolons, decimal comma, two figures for the year, newest first."""

DKB = (
    '"Girokonto";"DE02120300000000202051"\n"Zeitraum:";"01.01.2026 - 31.01.2026"\n'
    '"Kontostand vom 31.01.2026:";"1.000,00 €"\n'
    '""\n"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";'
    '"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"\n'
    '"12.01.26";"12.01.26";"Gebucht";"Zoë Ångström";"Dämmerlinie e.V.";"Spende";"Eingang";"SE4550000000058398257466";'
    '"1.000";"";"";""\n'
    '"03.01.26";"03.01.26";"Gebucht";"Dämmerlinie e.V.";"Strom AG";"Abschlag";"Ausgang";"DE75512108001245126199";'
    '"-80,5";"";"";""\n'
).encode()
"""UTF-8, lines about the account above the header, amounts without trailing noughts."""

UK = (
    b"Date,Type,Description,Paid out,Paid in,Balance\r\n"
    b"05/01/2026,BGC,ANN ABLE THANK YOU,,20.00,\xa31020.00\r\n"
    b'07/01/2026,DD,"BT GROUP, LONDON",\xa335.99,,\xa3984.01\r\n'
    b"11/01/2026,BGC,BEN BUSY,,\xa31,000.00".replace(b"\xa31,000.00", b'"\xa31,000.00"')
    + b",\xa31984.01\r\n"
)
"""ISO 8859-1 for the pound's sign, day before month though some days would fit both, money in and out apart."""

HK = (
    "Account Number,Transaction Date,Transaction Details,Deposit,Withdrawal,Currency,Balance\n"
    '123-456789-838,2026/02/03,FPS FROM CHAN TAI MAN 陳大文,500.00,,HKD,"10,500.00"\n'
    '123-456789-838,2026/02/04,BANK CHARGES,,15.00,HKD,"10,485.00"\n'
    '123-456789-838,2026/02/05,CHEQUE DEPOSIT,"12,000.00",,HKD,"22,485.00"\n'
).encode("utf-16")
"""UTF-16 with its mark, year first."""

CN = (
    "户名,曙光热线服务中心\n账号,6222020200112233445\n交易日期,交易时间,借方发生额(支取),贷方发生额(收入),余额,币种,对方户名,"
    "对方账号,摘要\n"
    "20260105,09:12:33,,100.00,5100.00,人民币,张伟,6217000010001234567,捐款\n"
    "20260106,15:40:01,320.50,,4779.50,人民币,中国电信,11001018000059198888,话费\n"
    '20260106,15:41:59,,"2,000.00",6779.50,人民币,李娜,6228480018855266672,支持夜线\n'
    "合计,,320.50,2100.00,,,,,\n"
).encode("gb18030")
"""GB18030, two lines about the account above the header, a sum below, debit and credit apart."""

NL = (
    b'"Datum","Naam / Omschrijving","Rekening","Tegenrekening","Code","Af Bij","Bedrag (EUR)","Mutatiesoort",'
    b'"Mededelingen"\n'
    b'"20260131","J. de Vries","NL20INGB0001234567","NL91ABNA0417164300","GT","Bij","15,00","Online bankieren","Gift"\n'
    b'"20260130","Ziggo","NL20INGB0001234567","NL02RABO0123456789","IC","Af","49,95","Incasso","Internet"\n'
)
"""A column that says which way each amount went."""

US = b"Posting Date,Description,Amount\n01/31/2026,DONATION J DOE,50.00\n02/03/2026,(RENT),(800.00)\n"
"""Month before day, brackets for what went."""
