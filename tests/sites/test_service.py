import pytest

from routerd.core.edge import SiteSettings
from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.sites.records import CertificateRow, SiteRow
from tests.sites.authority import DAY_S, NOW, between, issued


def example(**fields):
    return {"name": "main", "domain": "example.com; WWW.Example.com\nbücher.example", "target_url": "http://10.0.0.5:8080"} | fields


@pytest.mark.parametrize("model", [CertificateRow, SiteRow])
def test_tables_are_what_the_migration_makes(store, model):
    columns = {column.name: column for column in store.db.get_columns(model._meta.table_name)}
    assert set(columns) == set(model._meta.columns)
    for name, field in model._meta.columns.items():
        assert columns[name].null == field.null, name


def test_a_site_is_kept_as_it_is_asked_for(sites):
    site = sites.add(example(target_url=["http://10.0.0.5:8080", "https://b.internal/app/ weight=3"], mode="detect"))
    assert site.domain == ("example.com", "www.example.com", "xn--bcher-kva.example")
    assert [str(target) for target in site.target_url] == ["http://10.0.0.5:8080", "https://b.internal:443/app weight=3"]
    assert (site.enabled, site.https, site.http2_upstream, site.mode) == (True, False, True, "detect")
    assert sites.all() == [site]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"domain": ""}, "domain"),
        ({"domain": "exa mple..com"}, "domain"),
        ({"domain": "*.com"}, "domain"),
        ({"domain": "http://example.com"}, "domain"),
        ({"name": ""}, "name"),
        ({"name": 'a"b'}, "name"),
        ({"target_url": "ftp://10.0.0.5"}, "target_url"),
        ({"target_url": "http://user:pass@10.0.0.5"}, "target_url"),
        ({"target_url": "http://10.0.0.5/?q=1"}, "target_url"),
        ({"target_url": "http://10.0.0.5:0"}, "target_url"),
        ({"mode": "sometimes"}, "mode"),
        ({"https": "yes"}, "https"),
        ({"hsts_s": True}, "hsts_s"),
        ({"health_path": "health"}, "health_path"),
        ({"health_every_s": 0}, "health_every_s"),
        ({"force_https": True}, "force_https"),
        ({"certificate_id": 3}, "certificate_id"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept(sites, fields, field):
    with pytest.raises(BadInput) as refused:
        sites.add(example(**fields))
    assert refused.value.field == field
    assert sites.all() == []


def test_a_domain_name_belongs_to_one_site(sites):
    first = sites.add(example())
    with pytest.raises(Conflict, match=r'www.example.com belongs to the site "main"'):
        sites.add(example(name="other", domain="www.example.com"))
    second = sites.add(example(name="other", domain="*.example.com"))
    with pytest.raises(Conflict, match="already"):
        sites.update(second.id, {"domain": "example.com"})
    assert sites.update(first.id, {"domain": "example.com"}).domain == ("example.com",)


def test_every_change_is_told_once_it_is_kept(sites):
    told = []
    sites.changed = lambda: told.append([(each.site.name, each.site.enabled) for each in sites.served()])
    site = sites.add(example())
    sites.status(site.id, enabled=False)
    with pytest.raises(BadInput):
        sites.update(site.id, {"mode": "never"})
    sites.delete(site.id)
    assert told == [[("main", True)], [("main", False)], []]


def test_sites_of_the_file_are_looked_at_and_not_touched(with_file):
    sites = with_file(SiteSettings("main", ("example.com",)), SiteSettings("second", ("example.org",)))
    assert [(site.id, site.name, site.of_file) for site in sites.all()] == [(-1, "main", True), (-2, "second", True)]
    for verb in (lambda: sites.update(-1, {"mode": "off"}), lambda: sites.delete(-2), lambda: sites.show(-1, None)):
        with pytest.raises(Conflict, match="given in the file"):
            verb()
    with pytest.raises(Conflict, match=r"example\.org"):
        sites.add(example(name="third", domain="example.org"))
    with pytest.raises(NotFound):
        sites.update(7, {})


def test_what_the_file_says_counts_over_what_was_kept_before(sites, with_file, caplog):
    sites.add(example(domain="example.com, example.org"))
    sites.add(example(name="gone", domain="example.net"))
    after = with_file(SiteSettings("main", ("example.com", "example.net")))
    served = [(each.site.name, each.site.domain) for each in after.served()]
    assert served == [("main", ("example.com", "example.net")), ("main 2", ("example.org",))]
    assert "without example.com" in caplog.text
    assert "without example.net" in caplog.text


def test_https_without_a_certificate_shows_a_self_signed_one_that_stays(sites, clock):
    site = sites.add(example(https=True))
    first = sites.served()[0].pair
    assert first.facts.names == site.domain
    assert sites.served()[0].pair == first
    clock.advance(370 * DAY_S)
    assert sites.served()[0].pair.facts.not_after > first.facts.not_after
    assert sites.certificate(site.id).kind == "self-signed"
    sites.update(site.id, {"domain": "other.example"})
    assert sites.served()[0].pair.facts.names == ("other.example",)


def test_a_self_signed_one_is_renewed_when_asked_and_goes_with_its_site(sites):
    site = sites.add(example(https=True))
    before = sites.certificate(site.id).facts.fingerprint
    assert sites.renew(site.id).facts.fingerprint != before
    sites.delete(site.id)
    assert sites.keyring.all() == []


def test_an_uploaded_certificate_is_shown_replaced_and_removed(sites, store):
    given = issued("example.com", "www.example.com", above=between())
    site = sites.add(example(domain="example.com"), (given.chain, given.key()))
    assert site.https
    shown = sites.certificate(site.id)
    assert (shown.kind, shown.trouble, shown.facts.issuer) == ("uploaded", "", "CN=Test In Between")
    assert given.key() not in str(list(CertificateRow.select().dicts().execute(store.db)))
    newer = issued("example.com", above=between(), days=60)
    assert sites.upload(site.id, newer.chain, newer.key()).certificate_id == site.certificate_id
    assert sites.certificate(site.id).facts.fingerprint != shown.facts.fingerprint
    with pytest.raises(Conflict, match="not of our making"):
        sites.renew(site.id)
    off = sites.https(site.id, enabled=False)
    assert (off.https, sites.served()[0].pair) == (False, None)
    assert sites.keyring.one(site.certificate_id).sites == ("main",)


def test_a_certificate_that_two_sites_show_is_not_replaced_for_one(sites):
    given = issued("*.example.com")
    one = sites.add(example(domain="a.example.com"), (given.pem, given.key()))
    two = sites.add(example(name="two", domain="b.example.com"))
    two = sites.show(two.id, one.certificate_id)
    newer = issued("b.example.com")
    assert sites.upload(two.id, newer.pem, newer.key()).certificate_id != one.certificate_id
    assert sites.certificate(one.id).facts.names == ("*.example.com",)
    with pytest.raises(Conflict, match='"main" shows'):
        sites.keyring.delete(one.certificate_id)
    assert sites.show(one.id, None).certificate_id is None
    sites.keyring.delete(1)


@pytest.mark.parametrize(("when", "told"), [(91, "expired on"), (-2, "not valid before")])
def test_a_certificate_out_of_its_time_is_refused(sites, clock, when, told):
    given = issued("example.com", now=NOW)
    clock.advance(when * DAY_S)
    with pytest.raises(BadInput, match=told):
        sites.keyring.add(given.pem, given.key())


def test_a_broken_pair_leaves_neither_site_nor_certificate(sites):
    given, other = issued("example.com"), issued("example.com")
    with pytest.raises(BadInput, match="not each other's"):
        sites.add(example(), (given.pem, other.key()))
    assert (sites.all(), sites.keyring.all()) == ([], [])


def test_names_of_certificates_are_peoples_own(sites):
    given = issued("example.com")
    assert sites.keyring.add(given.pem, given.key()).name == "example.com"
    assert sites.keyring.add(given.pem, given.key()).name == "example.com 2"
    with pytest.raises(Conflict):
        sites.keyring.add(given.pem, given.key(), "example.com")
    with pytest.raises(BadInput):
        sites.keyring.add(given.pem, given.key(), "self-signed: site 1")
    assert sites.keyring.rename(1, "ours").name == "ours"


def test_files_are_shown_and_read_again(with_file, tmp_path, clock, caplog):
    given, newer = issued("example.com"), issued("example.org", days=30)
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.write_text(given.pem)
    key.write_text(given.key())
    settings = SiteSettings("main", ("example.com",), certificate=str(certificate), key=str(key))
    sites = with_file(settings)
    assert sites.served()[0].pair.facts.names == ("example.com",)
    assert caplog.text == ""
    certificate.write_text(newer.pem)
    key.write_text(newer.key())
    sites.reread([settings])
    assert sites.served()[0].pair.facts.names == ("example.org",)
    assert "does not stand for example.com" in caplog.text
    key.unlink()
    assert sites.served()[0].pair.facts.names == ("example.org",)
    assert f"shows the certificate that it had before: {key} cannot be read" in caplog.text
    assert with_file(settings).served()[0].pair is None
    assert f"has no certificate: {key} cannot be read" in caplog.text
