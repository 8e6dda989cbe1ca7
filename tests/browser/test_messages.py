"""The delivery status of the messages of a contract, and one that is sent again."""

from playwright.sync_api import expect

from visit import every_way


@every_way
def test_a_message_that_was_refused_or_sent_is_sent_again(enter, cloud, way):
    automat = cloud.automat()
    key = automat.key("again", 0)
    contacts = [
        {"name": "Aino", "email": "aino@example.com", "sendEmail": True, "language": "fi"},
        {"name": "Bo", "phoneNumber": "+358401234567", "sendSms": True, "language": "en"},
    ]
    with cloud.email_refused():
        contract = automat.contract(key, contacts=contacts)["contractId"]
        automat.until_messages(contract, Aino=("refused", 1), Bo=("sent", 1))
    page = enter("operator", f"/contracts/{contract}", **way)
    to_aino, to_bo = (page.get_by_role("listitem").filter(has_text=f"Contract created{who}") for who in ("Aino", "Bo"))
    expect(to_aino).to_contain_text("Refused")
    expect(to_aino).to_contain_text("does not accept this text")
    expect(to_bo).to_contain_text("Sent")
    again = "Send again Contract created"
    page.get_by_role("button", name=f"{again}, Aino, email to aino@example.com").click()
    expect(page.get_by_role("status")).to_contain_text("The message will be sent again.")
    automat.until_messages(contract, Aino=("sent", 2), Bo=("sent", 1))
    # The page already shows this text, so wait for the navigation instead.
    with page.expect_navigation():
        page.get_by_role("button", name=f"{again}, Bo, SMS to +358401234567").click()
    automat.until_messages(contract, Aino=("sent", 2), Bo=("sent", 2))
    page.reload()
    for message in (to_aino, to_bo):
        expect(message).to_contain_text("Sent")
        expect(message).not_to_contain_text("Refused")
