// The JSON API.

#include "http/api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "http/routes.h"

namespace remedium::http {

namespace {

using CallPointer = std::shared_ptr<Call>;

std::optional<base::CaseId> case_of(const Call& call) {
  return base::CaseId::parse(call.request.parameters.at(0));
}

std::unexpected<base::Error> no_such_case() {
  return base::fail({base::ErrorKind::not_found, "no_such_case", "There is no such case for you.",
                     "SAFETY: denied and absent look the same",
                     "Check the reference; ask the responsible agency for an assignment.", ""});
}

/// If-Match: "7" or 7, the version; a weak or starred tag is refused.
base::Result<app::WriteConditions> conditions_of(const Call& call) {
  app::WriteConditions conditions;
  conditions.idempotency_key = call.request.header("idempotency-key");
  if (conditions.idempotency_key.size() > 200)
    return base::invalid("Idempotency-Key", "too_long", "The key is longer than 200 bytes.", "API: Idempotency-Key",
                         "Use a random UUID.");
  if (!conditions.idempotency_key.empty())
    conditions.request_digest = app::request_digest(call.request.method, call.request.path, call.request.body);
  auto match = call.request.header("if-match");
  if (match.empty()) return conditions;
  if (match.size() >= 2 && match.front() == '"' && match.back() == '"') match = match.substr(1, match.size() - 2);
  std::uint64_t version = 0;
  for (const char c : match) {
    if (c < '0' || c > '9' || version > 1'000'000'000)
      return base::invalid("If-Match", "bad_version", "This is not a version of a case.", "API: If-Match",
                           "Give the ETag of the case as it was read.");
    version = version * 10 + static_cast<std::uint64_t>(c - '0');
  }
  conditions.based_on = version;
  return conditions;
}

Response written_response(const app::Written& written) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  if (!written.reference.empty())
    json.field("case", written.case_id.str())
        .field("reference", written.reference)
        .field("version", static_cast<std::int64_t>(written.version));
  if (!written.replayed) json.field("journal_entry", static_cast<std::int64_t>(written.journal_entry));
  if (!written.hold_code.empty()) json.field("hold_code", written.hold_code);
  if (written.replayed) json.field("replayed", true);
  json.key("warnings").begin_array();
  for (const auto& warning : written.warnings) json.string(warning);
  json.end_array().end_object();
  auto response = http::json(std::move(out), 201);
  if (!written.reference.empty()) {
    response.headers.emplace_back("Location", "/api/v1/cases/" + written.case_id.str());
    response.headers.emplace_back("ETag", fmt::format("\"{}\"", written.version));
  }
  return response;
}

/// Hands a use case's answer on: the error as a problem, the value through `make`.
template <class T, class Make>
app::Done<T> answer(const CallPointer& call, Make make) {
  return [call, make](base::Result<T> result) {
    if (!result) return call->respond(problem(result.error()));
    call->respond(make(*result));
  };
}

void write_caller(base::JsonWriter& json, const app::Caller& caller) {
  json.begin_object()
      .field("official", caller.official.str())
      .field("name", caller.name)
      .field("role", access::code(caller.role))
      .field("agency", caller.agency.str())
      .field("agency_name", caller.agency_name)
      .field("purpose", access::code(caller.purpose))
      .field("jurisdiction", caller.jurisdiction)
      .end_object();
}

void sign_in(const CallPointer& call) {
  const auto document = base::parse_json(call->request.body);
  if (!document) return call->respond(problem(document.error()));
  base::ObjectReader reader(*document, "");
  app::SignInRequest request{reader.required_text("login"), reader.required_text("password"),
                             reader.required_text("code"), call->request.peer};
  if (const auto status = reader.finish(); !status) return call->respond(problem(status.error()));
  const auto signed_in = call->app.sign_in(request);
  if (!signed_in) return call->respond(problem(signed_in.error()));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().field("token", signed_in->token);
  write_caller(json.key("official"), signed_in->caller);
  json.end_object();
  call->respond(http::json(std::move(out), 201));
}

void sign_out(const CallPointer& call) {
  call->app.sign_out(call->token);
  call->respond({.status = 204});
}

void me(const CallPointer& call) {
  std::string out;
  base::JsonWriter json(out);
  write_caller(json, *call->caller);
  call->respond(http::json(std::move(out)));
}

void open_case(const CallPointer& call) {
  const auto conditions = conditions_of(*call);
  if (!conditions) return call->respond(problem(conditions.error()));
  call->app.open_case(*call->caller, call->request.body, *conditions, answer<app::Written>(call, written_response));
}

void act(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return call->respond(problem(no_such_case().error()));
  const auto conditions = conditions_of(*call);
  if (!conditions) return call->respond(problem(conditions.error()));
  call->app.act(*call->caller, *id, call->request.parameters.at(1), call->request.body, *conditions,
                answer<app::Written>(call, written_response));
}

base::Result<app::ReadOptions> read_options(const Call& call) {
  app::ReadOptions options;
  const auto day = [&](std::string_view name, std::optional<base::Date>& out) -> base::Status {
    const auto text = call.request.query.first(name);
    if (text.empty()) return {};
    out = base::Date::parse(text);
    if (!out)
      return base::invalid(std::string(name), "bad_date", "This is not a day of the calendar.", "API",
                           "Write it as year-month-day: 2024-05-01.");
    return {};
  };
  TRY_STATUS(day("on", options.on));
  TRY_STATUS(day("known_on", options.known_on));
  return options;
}

void read_case(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return call->respond(problem(no_such_case().error()));
  const auto options = read_options(*call);
  if (!options) return call->respond(problem(options.error()));
  call->app.read_case_json(
      *call->caller, *id, *options,
      answer<std::shared_ptr<const std::string>>(call, [](const std::shared_ptr<const std::string>& text) {
        Response response{.content_type = "application/json", .shared_body = text};
        // The version stands near the beginning: "version":N.
        const auto at = text->find("\"version\":");
        const auto end = text->find(',', at);
        response.headers.emplace_back("ETag",
                                      fmt::format("\"{}\"", std::string_view(*text).substr(at + 10, end - at - 10)));
        return response;
      }));
}

void reasons(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return call->respond(problem(no_such_case().error()));
  const auto options = read_options(*call);
  if (!options) return call->respond(problem(options.error()));
  const auto entitlement = call->request.parameters.at(1);
  call->app.read_case(*call->caller, *id, *options,
                      answer<std::shared_ptr<const app::CaseView>>(
                          call, [entitlement](const std::shared_ptr<const app::CaseView>& view) {
                            const auto index = view->law->find(entitlement);
                            if (!index)
                              return problem({base::ErrorKind::not_found, "unknown_entitlement",
                                              "The law of this case has no such entitlement.", "law/",
                                              "Take the id from the chain.", ""});
                            std::string out;
                            base::JsonWriter json(out);
                            json.begin_object();
                            law::write_entitlement(json, *view->law, *index, view->outcomes[*index]);
                            law::write_explanation(json, *view->law, view->law->explain(*index, view->facts, view->on));
                            json.end_object();
                            return http::json(std::move(out));
                          }));
}

void write_row(base::JsonWriter& json, const app::CaseListing::Item& item) {
  const auto& row = item.row;
  json.begin_object()
      .field("case", row.id.str())
      .field("reference", row.reference)
      .field("version", static_cast<std::int64_t>(row.version))
      .field("jurisdiction", row.jurisdiction)
      .field("stage", row.stage)
      .field("age", row.age)
      .field("origin", row.origin)
      .field("opened_on", row.opened_on.str())
      .field("updated_at", row.updated_at.str())
      .field("owed", std::int64_t{row.owed})
      .field("delivered", std::int64_t{row.delivered})
      .field("late", std::int64_t{row.late})
      .field("unknown", std::int64_t{row.unknown});
  if (row.next_due) json.field("next_due", row.next_due->str());
  if (!item.name.empty()) json.field("name", item.name);
  json.end_object();
}

Response listing_response(const app::CaseListing& listing) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& item : listing.items) write_row(json, item);
  json.end_array();
  if (!listing.next_cursor.empty()) json.field("next_cursor", listing.next_cursor);
  if (!listing.index_ready) json.field("index_ready", false);
  json.end_object();
  return http::json(std::move(out));
}

}  // namespace

base::Result<store::CaseQuery> case_query(const Fields& query, base::Date today) {
  store::CaseQuery result;
  const auto text = [&](std::string_view name) { return std::string(query.first(name)); };
  static constexpr std::string_view known[] = {"stage", "age",    "origin", "late", "order",
                                               "limit", "cursor", "name",   "lang"};
  for (const auto& [name, value] : query.pairs()) {
    if (std::ranges::find(known, name) == std::end(known))
      return base::invalid(name, "unknown_key", "There is no such filter.", "API",
                           "Use stage, age, origin, late, order, limit, cursor or name.");
  }
  const auto code = [&](std::string_view name, std::optional<std::string>& out,
                        std::initializer_list<std::string_view> codes) -> base::Status {
    const auto value = query.first(name);
    if (value.empty()) return {};
    if (std::ranges::find(codes, value) == codes.end())
      return base::invalid(std::string(name), "unknown_code", "This is not one of the codes.", "API",
                           "See the OpenAPI document.");
    out = value;
    return {};
  };
  TRY_STATUS(code("stage", result.stage, {"presumed", "reasonable_grounds", "conclusive", "negative", "closed"}));
  TRY_STATUS(code("age", result.age, {"adult", "child", "not_sure"}));
  TRY_STATUS(code("origin", result.origin, {"opened", "imported"}));
  if (const auto late = query.first("late"); !late.empty()) {
    if (late != "true" && late != "false")
      return base::invalid("late", "wrong_type", "This must be true or false.", "API", "Write true or false.");
    if (late == "true") result.due_before = today;
  }
  const auto order = text("order");
  if (order == "opened")
    result.order = store::CaseQuery::Order::opened;
  else if (order == "next_due")
    result.order = store::CaseQuery::Order::next_due;
  else if (!order.empty() && order != "updated")
    return base::invalid("order", "unknown_code", "This is not an order.", "API", "Use updated, opened or next_due.");
  if (const auto limit = text("limit"); !limit.empty()) {
    if (limit.size() > 3 || limit.find_first_not_of("0123456789") != std::string::npos)
      return base::invalid("limit", "bad_limit", "A page has 1 to 200 rows.", "API: pages", "Correct the limit.");
    result.limit = static_cast<std::size_t>(std::stoi(limit));
  }
  result.cursor = text("cursor");
  return result;
}

namespace {

void list_cases(const CallPointer& call) {
  const auto query = case_query(call->request.query, call->app.today(call->caller->jurisdiction));
  if (!query) return call->respond(problem(query.error()));
  const auto name = call->request.query.first("name");
  if (!name.empty())
    return call->app.search_cases(*call->caller, name, query->limit, answer<app::CaseListing>(call, listing_response));
  call->app.list_cases(*call->caller, *query, answer<app::CaseListing>(call, listing_response));
}

void timeline(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return call->respond(problem(no_such_case().error()));
  call->app.timeline(*call->caller, *id, 0, 1000,
                     answer<std::vector<app::TimelineItem>>(call, [](const std::vector<app::TimelineItem>& items) {
                       std::string out;
                       base::JsonWriter json(out);
                       json.begin_object().key("items").begin_array();
                       for (const auto& item : items) {
                         json.begin_object()
                             .field("sequence", static_cast<std::int64_t>(item.sequence))
                             .field("act", item.resource)
                             .field("happened_on", item.happened_on.str())
                             .field("recorded_at", item.recorded_at.str())
                             .field("official", item.official_name)
                             .field("agency", item.agency_name)
                             .key("fields")
                             .raw(item.fields_json)
                             .end_object();
                       }
                       json.end_array().end_object();
                       return http::json(std::move(out));
                     }));
}

void journal(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return call->respond(problem(no_such_case().error()));
  call->app.journal(*call->caller, *id, 0, 1000,
                    answer<std::vector<app::JournalItem>>(call, [](const std::vector<app::JournalItem>& items) {
                      std::string out;
                      base::JsonWriter json(out);
                      json.begin_object().key("items").begin_array();
                      for (const auto& item : items)
                        json.begin_object()
                            .key("entry")
                            .raw(item.data)
                            .field("official_name", item.official_name)
                            .field("agency_name", item.agency_name)
                            .end_object();
                      json.end_array().end_object();
                      return http::json(std::move(out));
                    }));
}

void hold_card(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return call->respond(problem(no_such_case().error()));
  call->app.hold_card(*call->caller, *id, answer<std::string>(call, [](const std::string& code) {
    std::string out;
    base::JsonWriter(out).begin_object().field("code", code).end_object();
    return http::json(std::move(out));
  }));
}

void check_hold(const CallPointer& call) {
  const auto document = base::parse_json(call->request.body);
  if (!document) return call->respond(problem(document.error()));
  base::ObjectReader reader(*document, "");
  const auto code = reader.required_text("code", {.max_bytes = 40});
  if (const auto status = reader.finish(); !status) return call->respond(problem(status.error()));
  call->app.check_hold(*call->caller, code, answer<app::HoldAnswer>(call, [](const app::HoldAnswer& hold) {
    std::string out;
    base::JsonWriter(out)
        .begin_object()
        .key("answer")
        .raw(hold.signed_text)
        .field("signed_text", hold.signed_text)
        .field("signature", hold.signature)
        .field("public_key", hold.public_key)
        .end_object();
    return http::json(std::move(out));
  }));
}

void decline(const CallPointer& call) {
  call->app.decline_identification(*call->caller, answer<app::Written>(call, written_response));
}

void declined(const CallPointer& call) {
  const auto tallies = call->app.declined(*call->caller);
  if (!tallies) return call->respond(problem(tallies.error()));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& tally : *tallies)
    json.begin_object().field("month", tally.bucket).field("count", tally.add).end_object();
  json.end_array().end_object();
  call->respond(http::json(std::move(out)));
}

void list_acts(const CallPointer& call) {
  static constexpr std::string_view types[] = {"text",         "long_text", "code",     "code_list",
                                               "date",         "boolean",   "language", "country",
                                               "country_list", "money",     "integer",  "entitlement"};
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& act : casework::acts()) {
    json.begin_object()
        .field("resource", act.resource)
        .field("measure", base::code(act.measure))
        .field("rule", act.rule)
        .key("fields")
        .begin_array();
    for (const auto& field : act.fields) {
      json.begin_object()
          .field("name", field.name)
          .field("type", types[static_cast<std::size_t>(field.type)])
          .field("data_class", base::code(field.data_class))
          .field("required", field.required);
      if (!field.codes.empty()) {
        json.key("codes").begin_array();
        for (const auto code : field.codes) json.string(code);
        json.end_array();
      }
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  call->respond(http::json(std::move(out)));
}

void list_law(const CallPointer& call) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& name : call->app.packs()) {
    const auto* law = call->app.law(name);
    json.begin_object()
        .field("pack", name)
        .field("title", law->title())
        .field("digest", law->digest())
        .field("reviewed", law->reviewed())
        .field("entitlements", static_cast<std::int64_t>(law->entitlements().size()))
        .end_object();
  }
  json.end_array().end_object();
  call->respond(http::json(std::move(out)));
}

void decide_law(const CallPointer& call) {
  const auto* law = call->app.law(call->request.parameters.at(0));
  if (law == nullptr)
    return call->respond(problem({base::ErrorKind::not_found, "unknown_pack", "There is no law of this jurisdiction.",
                                  "law/", "See /api/v1/law.", ""}));
  const auto document = base::parse_json(call->request.body);
  if (!document) return call->respond(problem(document.error()));
  base::ObjectReader reader(*document, "");
  const auto on = reader.required_date("on");
  const auto explain = reader.boolean("explain").value_or(true);
  const auto* given = reader.any("facts");
  if (const auto status = reader.finish(); !status) return call->respond(problem(status.error()));
  const auto facts =
      law::parse_facts(call->app.facts(), given == nullptr ? std::string("{}") : boost::json::serialize(*given));
  if (!facts) return call->respond(problem(facts.error().under("facts")));
  call->respond(http::json(law::decision_json(*law, *facts, on, explain)));
}

void list_facts(const CallPointer& call) {
  static constexpr std::string_view types[] = {"boolean", "date", "code", "code_list", "country_list"};
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& fact : call->app.facts().all()) {
    json.begin_object()
        .field("name", fact.name)
        .field("type", types[static_cast<std::size_t>(fact.type)])
        .field("meaning", fact.meaning)
        .field("question", fact.question)
        .field("measure", base::code(fact.measure))
        .field("data_class", base::code(fact.data_class))
        .field("hurts", std::int64_t{fact.hurts})
        .key("codes")
        .begin_array();
    for (const auto& code : fact.codes) json.string(code);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  call->respond(http::json(std::move(out)));
}

void list_agencies(const CallPointer& call) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& agency : call->app.agencies())
    json.begin_object()
        .field("agency", agency.id.str())
        .field("name", agency.name)
        .field("kind", access::code(agency.kind))
        .end_object();
  json.end_array().end_object();
  call->respond(http::json(std::move(out)));
}

void hold_key(const CallPointer& call) {
  std::string out;
  base::JsonWriter(out)
      .begin_object()
      .field("algorithm", "Ed25519")
      .field("public_key", call->app.hold_public_key())
      .end_object();
  call->respond(http::json(std::move(out)));
}

void checkpoint(const CallPointer& call) {
  const auto checkpoints = call->app.store().checkpoints();
  if (!checkpoints) return call->respond(problem(checkpoints.error()));
  call->respond({.body = checkpoints->empty() ? std::string() : checkpoints->back().note});
}

void health(const CallPointer& call) {
  call->respond(http::json(R"({"status":"serving"})"));
}
void openapi(const CallPointer& call) {
  static const auto document = std::make_shared<const std::string>(openapi_json());
  call->respond({.content_type = "application/json", .shared_body = document});
}

}  // namespace

std::vector<Route> api_routes() {
  return {
      {"GET", "/api/v1/health", "health", "Whether the server serves", false, "", 200, health},
      {"GET", "/api/openapi.json", "openapi", "This document", false, "", 200, openapi},
      {"POST", "/api/v1/sessions", "signIn", "Sign in with name, password and a six-digit code", false, "SignIn", 201,
       sign_in},
      {"DELETE", "/api/v1/sessions/current", "signOut", "End this session", true, "", 204, sign_out},
      {"GET", "/api/v1/me", "me", "Who is signed in, and for what", true, "", 200, me},
      {"GET", "/api/v1/acts", "listActs", "The acts of casework and their fields", false, "", 200, list_acts},
      {"GET", "/api/v1/facts", "listFacts", "The facts a law may ask for", false, "", 200, list_facts},
      {"GET", "/api/v1/law", "listLaw", "The laws that are loaded", false, "", 200, list_law},
      {"POST", "/api/v1/law/{pack}/decisions", "decideLaw",
       "What a law gives on a day for given facts; nothing is stored", false, "LawQuestion", 200, decide_law},
      {"GET", "/api/v1/agencies", "listAgencies", "The agencies of the response", true, "", 200, list_agencies},
      {"GET", "/api/v1/cases", "listCases", "The cases you may see, by filter, or by name", true, "", 200, list_cases},
      {"POST", "/api/v1/cases", "openCase", "Open a case from a first contact", true, "first-contacts", 201, open_case},
      {"GET", "/api/v1/cases/{case}", "readCase", "A case with its chain and the remedy gap", true, "", 200, read_case},
      {"GET", "/api/v1/cases/{case}/timeline", "readTimeline", "What happened, in order", true, "", 200, timeline},
      {"GET", "/api/v1/cases/{case}/journal", "readJournal", "Who did and saw what, and why", true, "", 200, journal},
      {"GET", "/api/v1/cases/{case}/hold-card", "readHoldCard", "The code that a border post can check", true, "", 200,
       hold_card},
      {"GET", "/api/v1/cases/{case}/entitlements/{entitlement}/reasons", "readReasons",
       "Why an entitlement came out as it did, and what would settle it", true, "", 200, reasons},
      {"POST", "/api/v1/cases/{case}/{act}", "recordAct", "Record an act", true, "Act", 201, act},
      {"POST", "/api/v1/declined-identifications", "declineIdentification",
       "Count an adult who does not want to be identified; nothing else is kept", true, "", 201, decline},
      {"GET", "/api/v1/declined-identifications", "countDeclined", "How many declined, by month", true, "", 200,
       declined},
      {"POST", "/api/v1/hold-checks", "checkHold", "Whether removal is barred: yes, no, or ask; signed", true,
       "HoldCheck", 200, check_hold},
      {"GET", "/api/v1/hold-keys", "holdKeys", "The key that signs hold answers", false, "", 200, hold_key},
      {"GET", "/api/v1/ledger/checkpoint", "checkpoint", "The newest signed checkpoint of the journal", false, "", 200,
       checkpoint},
  };
}

Handler make_handler(app::App& app) {
  auto api = std::make_shared<const std::vector<Route>>(api_routes());
  auto pages = std::make_shared<const std::vector<Route>>(page_routes());
  return [&app, api, pages](Request&& request, Responder respond) {
    const bool is_api = request.path.starts_with("/api/");
    std::vector<std::string_view> allowed;
    const auto* route = find_route(is_api ? *api : *pages, request, allowed);
    auto call = std::make_shared<Call>(Call{app, std::move(request), std::nullopt, {}, std::move(respond)});
    if (route == nullptr) {
      auto response = problem({base::ErrorKind::not_found, "no_such_page", "There is nothing at this address.", "",
                               "Check the address.", ""});
      if (!allowed.empty()) {
        response.status = 405;
        response.headers.emplace_back("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
      } else if (!is_api) {
        response = see_other("/not-found");
      }
      return call->respond(std::move(response));
    }
    const auto bearer = call->request.header("authorization");
    if (is_api && bearer.starts_with("Bearer ")) call->token = bearer.substr(7);
    if (!is_api) call->token = call->request.cookie("remedium_session");
    if (!call->token.empty()) call->caller = app.caller(call->token);
    if (is_api && call->caller) {
      if (const auto wanted = call->request.header("purpose"); !wanted.empty()) {
        const auto purpose = base::enum_of<access::Purpose>(access::purpose_codes, wanted);
        if (!purpose)
          return call->respond(problem(base::invalid("Purpose", "unknown_code", "This is not a coded purpose.",
                                                     "SAFETY gate 5", "Use assist, protect, legal_claim, …")
                                           .error()));
        call->caller->purpose = *purpose;
      }
    }
    if (route->needs_caller && !call->caller) {
      if (!is_api) return call->respond(see_other("/sign-in"));
      auto response = problem({base::ErrorKind::unauthenticated, "not_signed_in", "Nobody is signed in.",
                               "SAFETY gate 1", "POST /api/v1/sessions, then send Authorization: Bearer TOKEN.", ""});
      response.headers.emplace_back("WWW-Authenticate", "Bearer");
      return call->respond(std::move(response));
    }
    try {
      route->handle(call);
    } catch (const std::exception&) {
      call->respond(problem({base::ErrorKind::internal, "internal", "The server failed at this request.", "",
                             "Try again; report it if it stays.", ""}));
    }
  };
}

}  // namespace remedium::http
