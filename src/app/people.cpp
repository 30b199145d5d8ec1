// Agencies and officials; sign-in, sessions, sign-out.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>

#include "app/implementation.h"
#include "base/json.h"

namespace remedium::app {

namespace {

constexpr std::int64_t idle_us = 30LL * 60 * 1'000'000;
constexpr std::int64_t absolute_us = 12LL * 3600 * 1'000'000;

std::string agency_json(const Agency& agency) {
  std::string out;
  base::JsonWriter(out)
      .begin_object()
      .field("id", agency.id.str())
      .field("name", agency.name)
      .field("kind", access::code(agency.kind))
      .field("jurisdiction", agency.jurisdiction)
      .end_object();
  return out;
}

base::Result<Agency> read_agency(std::string_view text) {
  TRY(const auto document, base::parse_json(text));
  base::ObjectReader reader(document, "agency");
  Agency agency;
  agency.id = base::AgencyId::parse(reader.required_text("id")).value_or(base::AgencyId{});
  agency.name = reader.required_text("name");
  agency.kind = base::enum_of<access::AgencyKind>(access::agency_kind_codes, reader.required_text("kind"))
                    .value_or(access::AgencyKind::oversight);
  agency.jurisdiction = reader.required_text("jurisdiction");
  TRY_STATUS(reader.finish());
  return agency;
}

std::string official_json(const Official& official) {
  std::string out;
  base::JsonWriter(out)
      .begin_object()
      .field("id", official.id.str())
      .field("agency", official.agency.str())
      .field("role", access::code(official.role))
      .field("login", official.login)
      .field("name", official.name)
      .field("password_hash", official.password_hash)
      .field("totp_secret", base::to_base64(official.totp_secret))
      .field("disabled", official.disabled)
      .end_object();
  return out;
}

base::Result<Official> read_official(std::string_view text) {
  TRY(const auto document, base::parse_json(text));
  base::ObjectReader reader(document, "official");
  Official official;
  official.id = base::OfficialId::parse(reader.required_text("id")).value_or(base::OfficialId{});
  official.agency = base::AgencyId::parse(reader.required_text("agency")).value_or(base::AgencyId{});
  official.role = base::enum_of<access::Role>(access::role_codes, reader.required_text("role"))
                      .value_or(access::Role::border_official);
  official.login = reader.required_text("login");
  official.name = reader.required_text("name");
  official.password_hash = reader.required_text("password_hash");
  official.totp_secret = base::from_base64(reader.required_text("totp_secret")).value_or(base::Bytes{});
  official.disabled = reader.boolean("disabled").value_or(false);
  TRY_STATUS(reader.finish());
  return official;
}

/// One answer for a wrong name, password or code: which it was is nobody's to learn.
std::unexpected<base::Error> not_signed_in() {
  return base::fail({base::ErrorKind::unauthenticated, "wrong_sign_in", "Name, password or code is not right.",
                     "SAFETY gate 1", "Try again; a code is used once and lasts 30 seconds.", ""});
}

}  // namespace

base::Status App::Implementation::load_people() {
  TRY(const auto agency_documents, store->documents("agencies"));
  TRY(const auto official_documents, store->documents("officials"));
  const std::unique_lock guard(people_mutex);
  for (const auto& document : agency_documents) {
    TRY(const auto bytes, key->open_document("agencies", document.key, document.bytes));
    TRY(auto agency, read_agency(base::text_of(bytes)));
    agencies[agency.id] = std::move(agency);
  }
  for (const auto& document : official_documents) {
    TRY(const auto bytes, key->open_document("officials", document.key, document.bytes));
    TRY(auto official, read_official(base::text_of(bytes)));
    officials[official.id] = std::move(official);
  }
  return {};
}

const Agency* App::Implementation::agency(const base::AgencyId& id) const {
  const std::shared_lock guard(people_mutex);
  const auto found = agencies.find(id);
  return found == agencies.end() ? nullptr : &found->second;
}

base::Status App::add_agency(const Agency& agency) {
  if (!self_->laws.contains(agency.jurisdiction))
    return base::invalid("jurisdiction", "unknown_pack", "There is no law of this jurisdiction.", "law/",
                         "See `remedium law list`.");
  const auto text = agency_json(agency);
  store::Change change;
  change.documents.push_back(
      {"agencies", agency.id.str(),
       self_->key->seal_document("agencies", agency.id.str(), base::bytes_of(text), *self_->options.random)});
  change.entries.push_back({.action = "agency.added", .official = "system", .agency = agency.id.str()});
  TRY([[maybe_unused]] const auto committed, self_->store->commit(std::move(change)));
  const std::unique_lock guard(self_->people_mutex);
  self_->agencies[agency.id] = agency;
  return {};
}

base::Status App::add_official(Official official) {
  if (self_->agency(official.agency) == nullptr)
    return base::invalid("agency", "unknown_agency", "There is no such agency.", "SAFETY gate 3",
                         "Add the agency first.");
  {
    const std::shared_lock guard(self_->people_mutex);
    for (const auto& [id, other] : self_->officials) {
      if (other.login == official.login && id != official.id)
        return base::invalid("login", "login_taken", "Another official signs in by this name.", "SAFETY gate 1",
                             "Choose another.");
    }
  }
  const auto text = official_json(official);
  store::Change change;
  change.documents.push_back(
      {"officials", official.id.str(),
       self_->key->seal_document("officials", official.id.str(), base::bytes_of(text), *self_->options.random)});
  change.entries.push_back({.action = "official.added",
                            .official = official.id.str(),
                            .agency = official.agency.str(),
                            .role = std::string(access::code(official.role))});
  TRY([[maybe_unused]] const auto committed, self_->store->commit(std::move(change)));
  const std::unique_lock guard(self_->people_mutex);
  self_->officials[official.id] = std::move(official);
  return {};
}

std::vector<Agency> App::agencies() const {
  const std::shared_lock guard(self_->people_mutex);
  std::vector<Agency> list;
  for (const auto& [id, agency] : self_->agencies) list.push_back(agency);
  std::ranges::sort(list, {}, &Agency::name);
  return list;
}

const Official* App::official(const base::OfficialId& id) const {
  const std::shared_lock guard(self_->people_mutex);
  const auto found = self_->officials.find(id);
  return found == self_->officials.end() ? nullptr : &found->second;
}

base::Result<SignedIn> App::sign_in(const SignInRequest& request) {
  const auto now_us = self_->options.clock->monotonic_us();
  {
    // Ten tries at once, then one every six seconds, for a name from a network: guessing is slow, and nobody far away
    // locks anybody out.
    const std::lock_guard guard(self_->sessions_mutex);
    if (self_->attempts.size() > 100'000) self_->attempts.clear();
    auto& [tokens, since] =
        self_->attempts.try_emplace(request.login + "\n" + request.network, 10.0, now_us).first->second;
    tokens = std::min(10.0, tokens + static_cast<double>(now_us - since) / 6e6);
    since = now_us;
    if (tokens < 1.0)
      return base::fail({base::ErrorKind::too_many, "too_many_attempts", "Too many attempts to sign in.",
                         "SAFETY: session", "Wait a minute, then try again.", ""});
    tokens -= 1.0;
  }
  std::optional<Official> found;
  {
    const std::shared_lock guard(self_->people_mutex);
    for (const auto& [id, official] : self_->officials) {
      if (official.login == request.login) found = official;
    }
  }
  // An unknown name costs the same time as a known one.
  static const auto decoy = crypto::hash_password("no official has this").value_or("");
  const bool password_ok = crypto::check_password(found ? found->password_hash : decoy, request.password);
  if (!found || !password_ok || found->disabled) return not_signed_in();
  const auto step =
      crypto::check_totp(found->totp_secret, request.code, self_->options.clock->now().microseconds / 1'000'000);
  Session session;
  std::string token;
  {
    const std::lock_guard guard(self_->sessions_mutex);
    auto& last = self_->last_totp_step.try_emplace(found->id, -1).first->second;
    if (!step || *step <= last) return not_signed_in();
    last = *step;
  }
  const auto* agency = self_->agency(found->agency);
  session.caller = {found->id,
                    found->agency,
                    found->role,
                    access::default_purpose(found->role),
                    agency == nullptr ? access::AgencyKind::oversight : agency->kind,
                    found->name,
                    agency == nullptr ? std::string() : agency->name,
                    agency == nullptr ? std::string() : agency->jurisdiction,
                    crypto::draw_token(*self_->options.random)};
  session.opened_us = session.used_us = now_us;
  token = crypto::draw_token(*self_->options.random);
  store::Change change;
  change.entries.push_back(self_->entry(session.caller, "session.opened"));
  TRY([[maybe_unused]] const auto committed, self_->store->commit(std::move(change)));
  SignedIn result{token, session.caller};
  const std::lock_guard guard(self_->sessions_mutex);
  self_->sessions[base::to_hex(crypto::sha256(base::bytes_of(token)))] = std::move(session);
  return result;
}

std::optional<Caller> App::caller(std::string_view token) {
  if (token.size() != 43) return std::nullopt;
  const auto digest = base::to_hex(crypto::sha256(base::bytes_of(token)));
  const auto now_us = self_->options.clock->monotonic_us();
  std::optional<Caller> result;
  {
    const std::lock_guard guard(self_->sessions_mutex);
    const auto found = self_->sessions.find(digest);
    if (found == self_->sessions.end()) return std::nullopt;
    auto& session = found->second;
    if (now_us - session.used_us > idle_us || now_us - session.opened_us > absolute_us) {
      self_->sessions.erase(found);
      return std::nullopt;
    }
    session.used_us = now_us;
    result = session.caller;
  }
  const std::shared_lock guard(self_->people_mutex);
  const auto official = self_->officials.find(result->official);
  if (official == self_->officials.end() || official->second.disabled) return std::nullopt;
  return result;
}

void App::sign_out(std::string_view token) {
  const std::lock_guard guard(self_->sessions_mutex);
  self_->sessions.erase(base::to_hex(crypto::sha256(base::bytes_of(token))));
}

void App::sign_out_everywhere(const base::OfficialId& official) {
  const std::lock_guard guard(self_->sessions_mutex);
  std::erase_if(self_->sessions, [&](const auto& entry) { return entry.second.caller.official == official; });
}

}  // namespace remedium::app
