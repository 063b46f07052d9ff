"""Whose request it is: nothing that a stranger writes into a header changes it."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.proxies import LOCAL, client_address, read_proxies

OURS = read_proxies(["10.0.0.0/8", "fd00::/8"])
WITH_SOCKET = read_proxies(["10.0.0.0/8", "unix"])
NOBODY = read_proxies([])

strangers = (
    (st.ip_addresses(v=4) | st.ip_addresses(v=6))
    .filter(lambda address: not any(address in network for network in OURS.networks))
    .filter(lambda address: address.version == 4 or not address.ipv4_mapped)
    .map(str)
)
proxies = (st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fd00::/8")).map(str)
claims = st.text(max_size=60)


@given(peer=strangers, claimed=claims)
def test_a_stranger_who_connects_to_us_is_who_is_connected(peer, claimed):
    assert client_address(peer, claimed, OURS) == peer


@given(client=strangers, claimed=claims, way=st.lists(proxies, max_size=4), peer=proxies)
def test_what_a_stranger_claims_changes_nothing_however_many_of_ours_it_passes(client, claimed, way, peer):
    forwarded = ", ".join([claimed, client, *way])
    assert client_address(peer, forwarded, OURS) == client


@given(
    peer=st.text(max_size=60),
    forwarded=st.text(max_size=200),
    trusted=st.sampled_from([NOBODY, OURS, WITH_SOCKET]),
)
def test_whatever_stands_there_the_answer_is_an_address(peer, forwarded, trusted):
    ip_address(client_address(peer, forwarded, trusted))


@given(peer=proxies, way=st.lists(proxies, max_size=4))
def test_where_only_ours_stand_on_the_way_it_is_the_farthest(peer, way):
    assert client_address(peer, ",".join(way), OURS) == (way[0] if way else peer)


@given(peer=strangers, forwarded=st.lists(strangers, max_size=3).map(", ".join))
def test_without_any_proxy_the_header_is_never_read(peer, forwarded):
    assert client_address(peer, forwarded, NOBODY) == peer


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("fe80::7%eth0", "fe80::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("6.6.6.6, 192.0.2.7, ", "10.0.0.1"),
        ("6.6.6.6, unknown", "10.0.0.1"),
        ("6.6.6.6, _hidden, 10.0.0.2", "10.0.0.2"),
        ("6.6.6.6, 192.0.2.7:port", "10.0.0.1"),
        ("6.6.6.6, [192.0.2", "10.0.0.1"),
        ("6.6.6.6, unix:", "10.0.0.1"),
        ("192.0.2.999", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_how_proxies_write_an_address(forwarded, found):
    assert client_address("10.0.0.1", forwarded, OURS) == found


@pytest.mark.parametrize("peer", ["", "unix:", "unix:/run/tallystick.sock"])
def test_a_socket_on_the_machine_is_believed_only_where_that_is_said(peer):
    assert client_address(peer, "192.0.2.7", WITH_SOCKET) == "192.0.2.7"
    assert client_address(peer, "192.0.2.7", OURS) == LOCAL
    assert client_address("10.0.0.1", "192.0.2.7, unix:", WITH_SOCKET) == "192.0.2.7"


def test_a_way_without_end_is_walked_a_little():
    forwarded = ",".join(["6.6.6.6", *["10.0.0.2"] * 5000])
    assert client_address("10.0.0.1", forwarded, OURS) == "10.0.0.2"


def test_a_trusted_address_may_be_written_as_ipv6():
    assert client_address("::ffff:10.0.0.1", "192.0.2.7", OURS) == "192.0.2.7"


@pytest.mark.parametrize("text", ["10.0.0.300", "proxy", "10.0.0.1/8", ""])
def test_what_names_no_proxy_is_refused(text):
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/8, or unix"):
        read_proxies([text])
