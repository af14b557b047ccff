"""The assistant speaks another language, and uses other letters, while it is open: nothing that was chosen is lost."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel

from support.assistant_stand_in import failed, found, looking
from support.assistant_window import PAGE, engine, field, opened, paste, press, saved, tick, to_things, with_token
from support.offline_window import buttons, settle, texts
from support.painting import warm_painter
from support.phrases import book
from tocsin.desktop.assistant_steps import Place
from tocsin.domain.account import AuthKind, Connection, Usage
from tocsin.domain.state import SetUp, TryAddress
from tocsin.domain.terms import ConnectionKind, FailureKind, Role

__all__ = ["engine", "opened", "warm_painter"]  # fixtures


def speak(assistant, language: str) -> None:
    assistant.make_anew(book(language))
    settle()


def test_what_is_looked_for_stays(opened):
    """Typed and picked, and Next goes on with it."""
    field(opened, "Name or address").setText("google")
    opened._steps.welcome._list.setCurrentRow(2)
    chosen = opened._steps.welcome.choice
    speak(opened, "nl")
    assert opened._steps.welcome.choice == chosen
    assert book("nl").gettext("What should Tocsin watch for you?") in texts(opened)
    assert opened.focusWidget() is opened._steps.welcome._search


@pytest.mark.parametrize("answer", [found, looking, lambda trial: failed(trial, FailureKind.DNS)])
def test_what_came_of_an_address_stays(opened, engine, answer):
    """Nothing is asked a second time, and what comes later is still taken."""
    engine.answer = answer
    paste(opened, PAGE)
    press(opened, "Next")
    speak(opened, "nl")
    assert opened.place is Place.ADDRESS
    assert len(engine.of(TryAddress)) == 1
    engine.trial = found(engine.of(TryAddress)[0].trial)
    engine.publish()
    settle()
    assert book("nl").gettext("Recognised as {product}").format(product="Statuspage") in texts(opened)


def test_a_login_stays_with_the_reason_for_it(opened, engine):
    """The reason in the new language; the secret is not asked for again."""
    engine.answer = with_token
    paste(opened, PAGE)
    press(opened, "Next")
    step = opened._steps.sign_in
    step._products.setCurrentIndex(step._products.findData("tmf656"))
    step._inputs["secret"][1].setText("right")
    step._run_only.click()
    speak(opened, "de")
    assert any("status.example.net" in each and "wants" not in each for each in texts(opened))
    opened.on_next()
    trial = engine.of(TryAddress)[-1].trial
    assert (trial.provider, trial.auth.kind, trial.secret) == ("tmf656", AuthKind.BEARER, "right")
    speak(opened, "en")
    for label in ("Next", "Next", "Finish"):
        press(opened, label)
    assert engine.secrets[0].run_only


def test_what_was_ticked_and_named_stays_to_the_end(opened, engine):
    """With the answers to the last questions; it is saved as it was chosen, whatever was spoken meanwhile."""
    to_things(opened)
    tick(opened, 0, 2)
    line = opened._steps.things._lines._lines["id voip"]
    line._name.setText("Telephone")
    line._role.setCurrentIndex(line._role.findData(Role.BACKUP))
    speak(opened, "fr")
    opened.on_next()
    use = opened._steps.use
    use._business.click()
    use._line.click()
    use._alarm.click()
    use._phone.setText("0800 12 34")
    speak(opened, "en")
    assert "It was sent. If nothing shows, look at your desktop's notification settings." in texts(opened)
    press(opened, "Finish")
    settings = saved(engine)
    assert settings.accounts[0].connections == (
        Connection("mail", "Mail", ConnectionKind.MAIL, Role.PRIMARY, ("grp-mail",)),
        Connection("telephone", "Telephone", ConnectionKind.PHONE, Role.BACKUP, ("voip",)),
    )
    assert (settings.usage, settings.line.public, settings.accounts[0].help.phone) == (
        Usage.BUSINESS,
        True,
        "0800 12 34",
    )


def test_what_cannot_be_saved_is_said_again(opened, engine):
    """In the new language, and it can be tried again."""
    to_things(opened)
    press(opened, "Next")
    engine.problem = "No space left on device"
    press(opened, "Finish")
    engine.publish()
    speak(opened, "nl")
    assert any("No space left on device" in each for each in texts(opened))
    assert book("nl").gettext("Finish") in buttons(opened)
    engine.problem = ""
    opened.on_next()
    settle()
    assert len(engine.of(SetUp)) == 2
    assert not opened.isVisible()


def test_other_letters_are_followed(opened, qapp):
    """Titles too; what was typed stays, and so does whoever reads it aloud."""
    paste(opened, PAGE)
    before = QFont(qapp.font())
    title = next(each for each in opened.findChildren(QLabel) if each.text() == opened.step.title).font().pointSizeF()
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * 2)
    qapp.setFont(larger)
    try:
        settle()
        again = next(
            each for each in opened.findChildren(QLabel) if each.isVisible() and each.text() == opened.step.title
        )
        assert again.font().pointSizeF() == pytest.approx(2 * title)
        assert field(opened, "Name or address").text() == PAGE
        assert opened.accessibleDescription() == opened.step.title
        assert opened.focusWidget().focusPolicy() & Qt.FocusPolicy.TabFocus
    finally:
        qapp.setFont(before)
