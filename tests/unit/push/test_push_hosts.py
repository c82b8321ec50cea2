"""Which addresses a browser may name."""

import pytest

from secretary.kernel.errors import Invalid
from secretary.operations.push.hosts import host_of


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://db5p.notify.windows.com/w/?token=x",
        "https://web.push.apple.com/QO",
        "https://FCM.googleapis.com/fcm/send/x",
    ],
)
def test_push_services_of_browsers_are_known(endpoint):
    assert host_of(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil-fcm.googleapis.com/x",
        "https://notify.windows.com.evil.example/",
        "https://xnotify.windows.com/",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@169.254.169.254/x",
        "https://169.254.169.254/latest",
        "https://127.0.0.1/x",
        "http://127.0.0.1/x",
        "https://localhost/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/ x",
        "https://fcm.googleapis.com/\nx",
        "https://[::1]/x",
        "https://fcm.googleapis.com:99999/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        "https://fcm.googleapis.com/" + "x" * 1000,
    ],
)
def test_any_other_address_is_refused(endpoint):
    with pytest.raises(Invalid, match="bad_push_address"):
        host_of(endpoint)


def test_the_owner_may_allow_more():
    assert host_of("https://push.example.org/x", ["push.example.org"]) == "push.example.org"
    assert host_of("https://a.push.example.org/x", ["*.Push.example.org"]) == "a.push.example.org"
    with pytest.raises(Invalid):
        host_of("https://push.example.org/x", ["*.push.example.org"])
    assert host_of("http://127.0.0.1:9000/x", ["127.0.0.1"]) == "127.0.0.1"
    with pytest.raises(Invalid):
        host_of("http://push.example.org/x", ["push.example.org"])
