"""Supabase's own Python client signs in, refreshes, and signs out: it checks that the studio implements GoTrue's endpoints."""

import sys

from supabase_auth import SyncGoTrueClient
from supabase_auth.errors import AuthApiError

url, key, email, password = sys.argv[1:]


def client():
    return SyncGoTrueClient(
        url=f"{url}/auth/v1", headers={"apikey": key}, auto_refresh_token=False, persist_session=False
    )


def refused(code, call):
    try:
        call()
    except AuthApiError as error:
        assert error.code == code, f"{error.code} is not {code}"
        return
    raise AssertionError(f"{code} was expected")


auth = client()
refused("invalid_credentials", lambda: auth.sign_in_with_password({"email": email, "password": "wrong horse"}))

session = auth.sign_in_with_password({"email": email, "password": password}).session
assert session.user.email == email and session.expires_in == 3600, session
assert auth.get_user(session.access_token).user.id == session.user.id

first = session.refresh_token
second = auth.refresh_session().session.refresh_token
assert second != first
auth.refresh_session()
refused("refresh_token_already_used", lambda: client().refresh_session(first))
refused("refresh_token_not_found", lambda: auth.refresh_session())

auth = client()
last = auth.sign_in_with_password({"email": email, "password": password}).session.refresh_token
auth.sign_out({"scope": "local"})
assert auth.get_session() is None
refused("refresh_token_not_found", lambda: client().refresh_session(last))
print("ok")
