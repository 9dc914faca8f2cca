"""Which formulas take something from outside their workbook, in the notations of Excel and of OpenDocument."""

from __future__ import annotations

import pytest

from assets.returns.workbook.formulas import reaches_out


@pytest.mark.parametrize(
    "formula",
    [
        '=_xlfn.WEBSERVICE("http://a.example/")',
        "=cmd|'/c calc'!A0",
        "='cmd'|'/c calc'!A0",
        '=IFERROR( importdata ("http://a.example/"),0)',
        '=_xlfn._xlws.IMAGE("http://a.example/a.png")',
        '=_xldudf.RTD("a",,"b")',
        "=[1]Blad!A1",
        "=SUM('[1]Blad 1'!$A$1:$A$9)",
        "='C:\\map\\[boek.xlsx]Blad'!A1",
        "=A1+[2]!naam",
        "=[1]Tarieven!$B$2*C3",
        "of:=['file:///tmp/ander.ods'#$Blad1.A1]",
        "of:=SUM(['../ander.ods'#$'Blad 1'.A1:.A9])",
        'of:=DDE("soffice";"/tmp/ander.ods";"A1")',
        "of:={1|2}*DDE(1;2;3)",
    ],
)
def test_a_formula_that_takes_something_from_outside_is_told(formula: str) -> None:
    assert reaches_out(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "=SUM(C7:C9)",
        "='Blad 1'!A1+Blad2!B2",
        '=IF(A1="a|b","WEBSERVICE(","[1]x!")',
        "='a|b'!A1",
        "=Tabel1[[#This Row],[1]]+Tabel1[1]*Blad!A1",
        "=SUM(Tabel1[[2023]:[2024]])/Blad!B1",
        "=Tabel1['# banen]+Tabel1['# uren]",
        '=HYPERLINK("http://a.example/","meer")',
        "=RECALL(1)+MYIMAGE(2)+IMPORT",
        "=#REF!+A1",
        "of:=SUM({1;2|3;4})",
        "of:=SUM([.A1:.B2]![.B1:.C2])",
        "of:=[$'#1'.A1]+[$'#2'.A1]",
    ],
)
def test_an_ordinary_formula_is_not_told(formula: str) -> None:
    assert not reaches_out(formula)
