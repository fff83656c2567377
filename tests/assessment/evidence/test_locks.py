"""What keeps text out of a score. The language of a text: sure of a longer one, silent about a short one."""

# ruff: noqa: E501 — answers are one line each, as they are said

from __future__ import annotations

import pytest

from interview_engine.assessment.evidence.locks import other_language

LONG = {
    "Deutsch": "Ich habe die Bestellung geprüft und dann mit dem Lager gesprochen, weil die Nummer nicht richtig war.",
    "français": "J'ai vérifié la commande avec le client et nous avons trouvé que le numéro était faux dans le fichier.",
    "español": "Yo revisé el pedido con el cliente y hemos visto que el número no era correcto en la hoja de la tienda.",
    "italiano": "Ho controllato il pedido con il cliente e abbiamo visto che il numero non era giusto nel foglio della ditta.",
    "português": "Eu verifiquei o pedido com o cliente e vimos que o número não era certo na folha que ele tem para isso.",
}


@pytest.mark.parametrize("name", sorted(LONG))
def test_a_longer_text_in_another_language_is_called_so(name: str) -> None:
    assert other_language(LONG[name], "en") == name


@pytest.mark.parametrize(
    "text",
    [
        "non-renewable resources",
        "la la la",
        "ps -e -o pid | grep init; ls -la /a /o; cat e.txt a.txt o.txt; echo a e o",
        "chmod u=rwx,g=r,o=r file; ls -l /a /b /c; cd a; mv a o; mv o e; rm e; ls a o e; cat a e o",
        "A faux pas, a déjà vu moment and a cul-de-sac: that was the project in a nutshell, c'est la vie, but we won.",
    ],
)
def test_a_short_text_commands_and_borrowed_words_are_english(text: str) -> None:
    assert other_language(text, "en") is None


def test_script_decides_whatever_the_length() -> None:
    assert other_language("我先核对了订单", "en") == "中文"
    assert other_language("I checked the order first.", "zh") == "English"
    assert other_language("お客様の注文を先に確認しました", "zh") == "日本語"
