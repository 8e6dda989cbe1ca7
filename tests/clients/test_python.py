"""A booking system in Python, over a generated client: it knows the API from its document alone."""

import datetime

import pytest

IN_A_DAY = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(days=1)


@pytest.fixture
def client(cloud, python_client):
    return python_client("client").AuthenticatedClient(base_url=cloud.url, token=cloud.token)


def operation(python_client, tag, name):
    return python_client(f"api.{tag}.{name}").sync_detailed


@pytest.fixture
def key(cloud, python_client, client):
    """A key in an automat of its own."""
    models = python_client("models")
    automat = cloud.automat("Python", lockers=4).id
    made = operation(python_client, "keys", "create_key")(client=client, body=models.NewKey(key_id=f"key-{automat}", automat_id=automat))
    assert made.status_code == 201 and isinstance(made.parsed, models.Key)
    return made.parsed.key_id


def test_a_key_is_booked_found_refused_and_given_back(python_client, client, key):
    models = python_client("models")
    create = operation(python_client, "contracts", "create_contract")
    contact = models.NewContact(name="Ada", email="ada@example.com", send_email=True, language=models.Language.FI)
    wanted = models.NewContract(key_ids=[key], person="Ada Virtanen", end=IN_A_DAY, contacts=[contact])
    made = create(client=client, body=wanted, idempotency_key=f"{key}/1")
    assert made.status_code == 201 and made.headers["etag"] == '"1"'
    assert isinstance(made.parsed, models.Contract) and made.parsed.state == models.ContractState.ACTIVE

    again = create(client=client, body=wanted, idempotency_key=f"{key}/1")
    assert again.headers["idempotency-replayed"] == "true" and again.parsed == made.parsed

    refused = create(client=client, body=models.NewContract(key_ids=[key], person="Eve", end=IN_A_DAY))
    assert refused.status_code == 409 and isinstance(refused.parsed, models.Problem)
    assert refused.parsed.code == models.ProblemCodeType0.CONTRACT_OVERLAP
    conflict = refused.parsed.conflicts[0]
    assert (conflict.key_id, conflict.contract_id) == (key, made.parsed.contract_id)

    states = [models.ContractState.ACTIVE, models.ContractState.UPCOMING]
    listed = operation(python_client, "contracts", "list_contracts")(client=client, key_id=key, state=states, order=models.Order.DESC)
    # One type for one thing, wherever it occurs.
    assert [type(contract) for contract in listed.parsed.data] == [models.Contract]

    events = operation(python_client, "events", "list_key_events")(key, client=client).parsed.data
    assert [event.type_ for event in events] == [models.EventTypeType0.CONTRACT_CREATED, models.EventTypeType0.KEY_ADDED]

    gone = operation(python_client, "contracts", "remove_contract")(made.parsed.contract_id, client=client, if_match='"1"')
    assert gone.status_code == 204 and gone.parsed is None


def test_a_wrong_field_is_named(python_client, client, key):
    models = python_client("models")
    wrong = models.NewContract(key_ids=[key], person="Ada", pin="12", end=IN_A_DAY)
    refused = operation(python_client, "contracts", "create_contract")(client=client, body=wrong)
    assert refused.status_code == 422
    assert [(error.field, error.code) for error in refused.parsed.errors] == [("pin", models.FieldCodeType0.PIN_FORM)]


def test_without_a_token_the_refusal_is_read(cloud, python_client):
    stranger = python_client("client").AuthenticatedClient(base_url=cloud.url, token="none")
    refused = operation(python_client, "automats", "list_automats")(client=stranger)
    assert refused.status_code == 401
    assert isinstance(refused.parsed, (python_client("models").Problem, python_client("models").GatewayMessage))


def test_an_open_enumeration_takes_a_value_that_is_not_known_yet(python_client):
    event = {"eventId": "01KAXHVNM0000000000000000A", "at": "2031-01-01T10:00:00Z", "actor": "automat:a", "automatId": "a"}
    read = python_client("models").Event.from_dict({**event, "type": "invented-tomorrow"})
    assert read.type_ == "invented-tomorrow"


def test_the_models_check_every_bound(cloud, models):
    automat = cloud.automat("Models", lockers=4).id
    key = cloud.call("POST", "/v1/keys", {"keyId": f"käsi-{automat}", "automatId": automat, "returnCode": "4711"})
    assert models.Key.model_validate(key).keyId == f"käsi-{automat}"
    body = {"keyIds": [key["keyId"]], "person": "Ada", "end": IN_A_DAY.isoformat()}
    made = cloud.call("POST", "/v1/contracts", models.NewContract(**body).model_dump(mode="json", exclude_none=True))
    assert models.Contract.model_validate(made).person == "Ada"
    view = cloud.call("GET", f"/v1/automats/{automat}")
    assert len(models.AutomatView.model_validate(view).lockers) == 4
    listed = cloud.call("GET", f"/v1/automats/{automat}/events")
    assert {event.type.root for event in models.ListingEvent.model_validate(listed).data} >= {"automat-added", "key-added"}
    for wrong in ({"pin": "12"}, {"pin": "12345678901"}, {"person": ""}, {"person": "x" * 101}, {"keyIds": []}, {"keyIds": ["k"] * 17}, {"contractId": "a/b"}, {"unknown": 1}):
        with pytest.raises(ValueError):
            models.NewContract(**{**body, **wrong})
