// The pages: sessions in a cookie, forms that carry their session's token, and the same use cases as the API.

#include <fmt/format.h>

#include <algorithm>

#include "http/api.h"
#include "http/routes.h"
#include "pages/pages.h"

namespace remedium::http {

namespace {

using CallPointer = std::shared_ptr<Call>;

std::string language_of(const Call& call) {
  return call.request.cookie("remedium_language") == "ar" ? "ar" : "en";
}

pages::Context context_of(const Call& call) {
  return {pages::Messages::of(language_of(call)), call.caller, call.request.path};
}

void fail(const CallPointer& call, const base::Error& error) {
  call->respond(html(pages::error_page(context_of(*call), error), status_of(error.kind)));
}

template <class T, class Make>
app::Done<T> answer(const CallPointer& call, Make make) {
  return [call, make](base::Result<T> result) {
    if (!result) return fail(call, result.error());
    call->respond(make(*result));
  };
}

std::optional<base::CaseId> case_of(const Call& call) {
  return base::CaseId::parse(call.request.parameters.at(0));
}
void no_case(const CallPointer& call) {
  fail(call, {base::ErrorKind::not_found, "no_such_case", "There is no such case for you.",
              "SAFETY: denied and absent look the same",
              "Check the reference; ask the responsible agency for an assignment.", ""});
}

/// SameSite=Strict keeps other sites' posts from carrying the session; the token in the form is the second lock.
/// `Secure` is left out on plain loopback HTTP alone, where some browsers would not send the cookie back; behind TLS
/// the proxy's header says so.
std::string session_cookie(const Request& request, std::string_view token, bool end) {
  const bool secure = request.header("x-forwarded-proto") == "https";
  return fmt::format("remedium_session={}; Path=/; HttpOnly; SameSite=Strict{}{}", token, secure ? "; Secure" : "",
                     end ? "; Max-Age=0" : "");
}

/// The form's fields, where it came from a page of this session; otherwise answers and gives nothing.
std::optional<pages::Typed> form_of(const CallPointer& call) {
  const auto fields = parse_form(call->request.body);
  const auto site = call->request.header("sec-fetch-site");
  const bool foreign = !site.empty() && site != "same-origin" && site != "none";
  if (!fields || foreign ||
      (call->caller && !app::same_secret(fields->first("form_token"), call->caller->form_token))) {
    fail(call, {base::ErrorKind::forbidden, "foreign_form", "This form does not belong to your session.",
                "SAFETY: session", "Open the page again and send it from there.", ""});
    return std::nullopt;
  }
  pages::Typed typed;
  for (const auto& [name, value] : fields->pairs()) typed.emplace(name, value);
  return typed;
}

std::string first_of(const pages::Typed& typed, std::string_view name) {
  const auto found = typed.find(name);
  return found == typed.end() ? std::string() : found->second;
}

void home(const CallPointer& call) {
  call->respond(see_other(!call->caller                                         ? "/sign-in"
                          : call->caller->role == access::Role::border_official ? "/hold-check"
                                                                                : "/cases"));
}

void sign_in_form(const CallPointer& call) {
  call->respond(html(pages::sign_in_page(context_of(*call), std::nullopt, "")));
}

void sign_in(const CallPointer& call) {
  const auto fields = parse_form(call->request.body);
  if (!fields)
    return fail(call, {base::ErrorKind::invalid_input, "bad_form", "The form is malformed.", "API",
                       "Open the page again.", ""});
  const std::string login(fields->first("login"));
  auto signed_in = call->app.sign_in(
      {login, std::string(fields->first("password")), std::string(fields->first("code")), call->request.peer});
  if (!signed_in) {
    auto context = context_of(*call);
    context.caller.reset();
    return call->respond(
        html(pages::sign_in_page(context, signed_in.error(), login), status_of(signed_in.error().kind)));
  }
  auto response = see_other("/");
  response.headers.emplace_back("Set-Cookie", session_cookie(call->request, signed_in->token, false));
  call->respond(std::move(response));
}

void sign_out(const CallPointer& call) {
  if (!form_of(call)) return;
  call->app.sign_out(call->token);
  auto response = see_other("/sign-in");
  response.headers.emplace_back("Set-Cookie", session_cookie(call->request, "", true));
  response.headers.emplace_back("Clear-Site-Data", "\"cache\", \"storage\"");
  call->respond(std::move(response));
}

/// Quick exit's beacon: ends the session; harmless if forged.
void sign_out_now(const CallPointer& call) {
  call->app.sign_out(call->token);
  call->respond({.status = 204, .headers = {{"Set-Cookie", session_cookie(call->request, "", true)}}});
}

void language(const CallPointer& call) {
  auto back = call->request.query.first("back");
  if (!back.starts_with('/') || back.starts_with("//")) back = "/";
  auto response = see_other(std::string(back));
  response.headers.emplace_back("Set-Cookie", fmt::format("remedium_language={}; Path=/; HttpOnly; SameSite=Strict",
                                                          call->request.query.first("to") == "ar" ? "ar" : "en"));
  call->respond(std::move(response));
}

void cases(const CallPointer& call) {
  std::map<std::string, std::string, std::less<>> filter;
  for (const auto& [name, value] : call->request.query.pairs()) filter[name] = value;
  const auto query = case_query(call->request.query, call->app.today(call->caller->jurisdiction));
  if (!query) return call->respond(html(pages::cases_page(context_of(*call), {}, filter, query.error()), 400));
  auto done = answer<app::CaseListing>(call, [call, filter](const app::CaseListing& listing) {
    return html(pages::cases_page(context_of(*call), listing, filter, std::nullopt));
  });
  if (const auto name = call->request.query.first("name"); !name.empty())
    return call->app.search_cases(*call->caller, name, query->limit, std::move(done));
  call->app.list_cases(*call->caller, *query, std::move(done));
}

const casework::Act& first_contact() {
  return *casework::find_act("first-contacts");
}

void new_case(const CallPointer& call) {
  call->respond(html(
      pages::act_page(context_of(*call), first_contact(), {}, "", {}, std::nullopt, call->app.draw_key(), nullptr)));
}

app::WriteConditions conditions_of(const Call& call, const pages::Typed& typed, std::string_view json) {
  app::WriteConditions conditions;
  conditions.idempotency_key = first_of(typed, "idempotency_key");
  conditions.request_digest = app::request_digest(call.request.method, call.request.path, json);
  return conditions;
}

void create_case(const CallPointer& call) {
  auto typed = form_of(call);
  if (!typed) return;
  const auto json = pages::typed_json(first_contact(), *typed);
  call->app.open_case(
      *call->caller, json, conditions_of(*call, *typed, json), [call, typed](base::Result<app::Written> written) {
        if (written) return call->respond(see_other("/cases/" + written->case_id.str()));
        const auto& error = written.error();
        call->respond(html(
            pages::act_page(context_of(*call), first_contact(), {}, "", *typed, error, call->app.draw_key(), nullptr),
            status_of(error.kind)));
      });
}

void declined(const CallPointer& call) {
  if (!form_of(call)) return;
  call->app.decline_identification(*call->caller, answer<app::Written>(call, [call](const app::Written&) {
    return html(pages::message_page(context_of(*call), "declined_title", "declined_done", 200));
  }));
}

void read_case(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return no_case(call);
  app::ReadOptions options;
  options.on = base::Date::parse(call->request.query.first("on"));
  call->app.read_case(
      *call->caller, *id, options,
      answer<std::shared_ptr<const app::CaseView>>(call, [call](const std::shared_ptr<const app::CaseView>& view) {
        return html(pages::case_page(context_of(*call), call->app, *view));
      }));
}

/// The form again, with what was typed and what is wrong.
void act_form(const CallPointer& call, const pages::Typed& typed, const std::optional<base::Error>& error) {
  const auto id = case_of(*call);
  const auto* act = casework::find_act(call->request.parameters.at(1));
  if (!id || act == nullptr || act->opens_case) return no_case(call);
  call->app.read_case(*call->caller, *id, {},
                      answer<std::shared_ptr<const app::CaseView>>(
                          call, [call, act, typed, error](const std::shared_ptr<const app::CaseView>& view) {
                            if (std::ranges::find(view->acts, act) == view->acts.end()) {
                              return html(pages::error_page(context_of(*call),
                                                            {base::ErrorKind::forbidden, "not_yours",
                                                             "Your role does not record this act now.", "SAFETY gate 2",
                                                             "Ask the official whose act it is.", ""}),
                                          403);
                            }
                            return html(pages::act_page(context_of(*call), *act, view->row.id, view->row.reference,
                                                        typed, error, call->app.draw_key(), view.get()),
                                        error ? status_of(error->kind) : 200);
                          }));
}

void show_act(const CallPointer& call) {
  pages::Typed typed;
  for (const auto& [name, value] : call->request.query.pairs()) typed.emplace(name, value);
  act_form(call, typed, std::nullopt);
}

void record_act(const CallPointer& call) {
  const auto id = case_of(*call);
  const auto* act = casework::find_act(call->request.parameters.at(1));
  if (!id || act == nullptr) return no_case(call);
  auto typed = form_of(call);
  if (!typed) return;
  const auto json = pages::typed_json(*act, *typed);
  call->app.act(
      *call->caller, *id, act->resource, json, conditions_of(*call, *typed, json),
      [call, typed, act, id](base::Result<app::Written> written) {
        if (!written) return act_form(call, *typed, written.error());
        if (act->resource == "identification-refusals")
          return call->respond(html(pages::message_page(context_of(*call), "erased_title", "erased_done", 200)));
        call->respond(see_other("/cases/" + id->str()));
      });
}

void timeline(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return no_case(call);
  call->app.timeline(
      *call->caller, *id, 0, 1000,
      answer<std::vector<app::TimelineItem>>(call, [call, id](const std::vector<app::TimelineItem>& items) {
        return html(pages::timeline_page(context_of(*call), *id, context_of(*call).messages("back"), items));
      }));
}

void journal(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return no_case(call);
  call->app.journal(
      *call->caller, *id, 0, 1000,
      answer<std::vector<app::JournalItem>>(call, [call, id](const std::vector<app::JournalItem>& items) {
        return html(pages::journal_page(context_of(*call), *id, context_of(*call).messages("back"), items));
      }));
}

void hold_card(const CallPointer& call) {
  const auto id = case_of(*call);
  if (!id) return no_case(call);
  call->app.hold_card(*call->caller, *id, answer<std::string>(call, [call, id](const std::string& code) {
    return html(pages::hold_card_page(context_of(*call), code, "/cases/" + id->str()));
  }));
}

void hold_form(const CallPointer& call) {
  call->respond(html(pages::hold_check_page(context_of(*call), std::nullopt, std::nullopt, "")));
}

void hold_check(const CallPointer& call) {
  const auto typed = form_of(call);
  if (!typed) return;
  const auto code = first_of(*typed, "code");
  call->app.check_hold(*call->caller, code, [call, code](base::Result<app::HoldAnswer> hold) {
    if (!hold && hold.error().kind != base::ErrorKind::invalid_input) return fail(call, hold.error());
    const auto error = hold ? std::nullopt : std::optional(hold.error());
    call->respond(html(pages::hold_check_page(context_of(*call), hold ? std::optional(*hold) : std::nullopt, error,
                                              error ? code : std::string()),
                       error ? 400 : 200));
  });
}

/// Public: no session is read, no cookie is set, nothing is counted.
void rights(const CallPointer& call) {
  call->caller.reset();
  const auto files = embedded_rights();
  const auto first =
      files.empty() ? std::string() : std::string(files.back().path.substr(0, files.back().path.find('/')));
  const auto wanted = call->request.parameters.empty() ? first : call->request.parameters.at(0);
  const auto name = fmt::format("{}/{}.txt", wanted, language_of(*call));
  for (const auto& file : embedded_rights()) {
    if (file.path == name) return call->respond(html(pages::rights_page(context_of(*call), file.bytes)));
  }
  call->respond(html(pages::message_page(context_of(*call), "not_found_title", "no_notice", 404), 404));
}

void not_found(const CallPointer& call) {
  call->respond(html(pages::message_page(context_of(*call), "not_found_title", "not_found_text", 404), 404));
}

void asset(const CallPointer& call) {
  const auto path = std::string_view(call->request.path).substr(std::string_view("/assets/").size());
  for (const auto& file : embedded_assets()) {
    if (file.path != path) continue;
    const auto digest = app::request_digest("", file.path, file.bytes);
    const auto tag = fmt::format("\"{}\"", base::to_hex(base::ByteView(digest).first(8)));
    Response response;
    response.content_type = path.ends_with(".css")     ? "text/css; charset=utf-8"
                            : path.ends_with(".js")    ? "text/javascript; charset=utf-8"
                            : path.ends_with(".woff2") ? "font/woff2"
                                                       : "application/octet-stream";
    response.headers.emplace_back("ETag", tag);
    response.public_minutes = 10;
    if (call->request.header("if-none-match") == tag)
      response.status = 304;
    else
      response.body = file.bytes;
    return call->respond(std::move(response));
  }
  call->respond({.status = 404, .body = "There is no such file.\n"});
}

}  // namespace

std::vector<Route> page_routes() {
  const auto route = [](std::string_view method, std::string_view pattern, bool needs_caller,
                        std::function<void(CallPointer)> handle) {
    return Route{method, pattern, "", "", needs_caller, "", 200, std::move(handle)};
  };
  return {
      route("GET", "/", false, home),
      route("GET", "/sign-in", false, sign_in_form),
      route("POST", "/sign-in", false, sign_in),
      route("POST", "/sign-out", true, sign_out),
      route("POST", "/sign-out-now", false, sign_out_now),
      route("GET", "/language", false, language),
      route("GET", "/cases", true, cases),
      route("GET", "/cases/new", true, new_case),
      route("POST", "/cases/new", true, create_case),
      route("POST", "/declined", true, declined),
      route("GET", "/cases/{case}", true, read_case),
      route("GET", "/cases/{case}/acts/{act}", true, show_act),
      route("POST", "/cases/{case}/acts/{act}", true, record_act),
      route("GET", "/cases/{case}/timeline", true, timeline),
      route("GET", "/cases/{case}/journal", true, journal),
      route("GET", "/cases/{case}/hold-card", true, hold_card),
      route("GET", "/hold-check", true, hold_form),
      route("POST", "/hold-check", true, hold_check),
      route("GET", "/rights", false, rights),
      route("GET", "/rights/{jurisdiction}", false, rights),
      route("GET", "/not-found", false, not_found),
      route("GET", "/assets/{file}", false, asset),
      route("GET", "/assets/fonts/{file}", false, asset),
  };
}

}  // namespace remedium::http
