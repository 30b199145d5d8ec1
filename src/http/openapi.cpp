// OpenAPI 3.1, made from the routes and the table of acts: what is served is what is described.

#include "base/json.h"
#include "casework/act.h"
#include "http/api.h"
#include "http/routes.h"

namespace remedium::http {

namespace {

void schema_of(base::JsonWriter& json, const casework::Field& field) {
  json.begin_object();
  const auto codes = [&] {
    json.key("enum").begin_array();
    for (const auto code : field.codes) json.string(code);
    json.end_array();
  };
  switch (field.type) {
    case casework::FieldType::text:
    case casework::FieldType::long_text:
    case casework::FieldType::entitlement:
      json.field("type", "string").field("maxLength", static_cast<std::int64_t>(field.max));
      break;
    case casework::FieldType::code:
      json.field("type", "string");
      codes();
      break;
    case casework::FieldType::code_list:
      json.field("type", "array").key("items").begin_object().field("type", "string");
      codes();
      json.end_object();
      break;
    case casework::FieldType::date:
      json.field("type", "string").field("format", "date");
      break;
    case casework::FieldType::boolean:
      json.field("type", "boolean");
      break;
    case casework::FieldType::language:
      json.field("type", "string").field("pattern", "^[a-z]{2,3}(-[A-Za-z0-9]+)*$");
      break;
    case casework::FieldType::country:
      json.field("type", "string").field("pattern", "^[A-Z]{2}$");
      break;
    case casework::FieldType::country_list:
      json.field("type", "array")
          .key("items")
          .begin_object()
          .field("type", "string")
          .field("pattern", "^[A-Z]{2}$")
          .end_object();
      break;
    case casework::FieldType::money:
      json.field("$ref", "#/components/schemas/Money");
      break;
    case casework::FieldType::integer:
      json.field("type", "integer")
          .field("minimum", std::int64_t{0})
          .field("maximum", static_cast<std::int64_t>(field.max));
      break;
  }
  json.end_object();
}

void act_schema(base::JsonWriter& json, const casework::Act& act) {
  json.key(act.resource)
      .begin_object()
      .field("type", "object")
      .field("additionalProperties", false)
      .field("description", act.rule);
  json.key("required").begin_array();
  for (const auto& field : act.fields) {
    if (field.required) json.string(field.name);
  }
  json.end_array().key("properties").begin_object();
  for (const auto& field : act.fields) schema_of(json.key(field.name), field);
  json.end_object().end_object();
}

void write_responses(base::JsonWriter& json, int success) {
  json.key("responses").begin_object();
  json.key(std::to_string(success)).begin_object().field("description", "Done").end_object();
  json.key("default")
      .begin_object()
      .field("description", "A problem (RFC 9457)")
      .key("content")
      .begin_object()
      .key("application/problem+json")
      .begin_object()
      .key("schema")
      .begin_object()
      .field("$ref", "#/components/schemas/Problem")
      .end_object()
      .end_object()
      .end_object()
      .end_object();
  json.end_object();
}

void write_operation(base::JsonWriter& json, const Route& route, std::string_view pattern, std::string_view operation,
                     std::string_view summary, std::string_view request_schema) {
  std::string method(route.method);
  for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
  json.key(method).begin_object().field("operationId", operation).field("summary", summary);
  json.key("security").begin_array();
  if (route.needs_caller) json.begin_object().key("session").begin_array().end_array().end_object();
  json.end_array();
  json.key("parameters").begin_array();
  for (auto at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1)) {
    json.begin_object()
        .field("name", pattern.substr(at + 1, pattern.find('}', at) - at - 1))
        .field("in", "path")
        .field("required", true)
        .key("schema")
        .begin_object()
        .field("type", "string")
        .end_object()
        .end_object();
  }
  if (route.method == "POST" && route.needs_caller) {
    for (const auto* header : {"Idempotency-Key", "If-Match", "Purpose"}) {
      json.begin_object()
          .field("name", header)
          .field("in", "header")
          .field("required", false)
          .key("schema")
          .begin_object()
          .field("type", "string")
          .field("maxLength", std::int64_t{200})
          .end_object()
          .end_object();
    }
  }
  if (pattern == "/api/v1/cases" && route.method == "GET") {
    for (const auto* name : {"stage", "age", "origin", "late", "order", "limit", "cursor", "name"}) {
      json.begin_object()
          .field("name", name)
          .field("in", "query")
          .field("required", false)
          .key("schema")
          .begin_object()
          .field("type", "string")
          .end_object()
          .end_object();
    }
  }
  json.end_array();
  if (!request_schema.empty()) {
    json.key("requestBody")
        .begin_object()
        .field("required", true)
        .key("content")
        .begin_object()
        .key("application/json")
        .begin_object()
        .key("schema")
        .begin_object()
        .field("$ref", "#/components/schemas/" + std::string(request_schema))
        .end_object()
        .end_object()
        .end_object()
        .end_object();
  }
  write_responses(json, route.success);
  json.end_object();
}

constexpr std::string_view fixed_schemas =
    R"("Problem":{"type":"object","required":["title","status","code"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"code":{"type":"string"},"rule":{"type":"string"},"next":{"type":"string"},"field":{"type":"string"}}},)"
    R"("Money":{"type":"object","required":["amount","currency"],"additionalProperties":false,"properties":{"amount":{"type":"string","pattern":"^[0-9]+(\\.[0-9]+)?$"},"currency":{"type":"string","pattern":"^[A-Z]{3}$"}}},)"
    R"("SignIn":{"type":"object","required":["login","password","code"],"additionalProperties":false,"properties":{"login":{"type":"string"},"password":{"type":"string"},"code":{"type":"string","pattern":"^[0-9]{6}$"}}},)"
    R"("LawQuestion":{"type":"object","required":["on"],"additionalProperties":false,"properties":{"on":{"type":"string","format":"date"},"facts":{"type":"object"},"explain":{"type":"boolean"}}},)"
    R"("HoldCheck":{"type":"object","required":["code"],"additionalProperties":false,"properties":{"code":{"type":"string","maxLength":40}}})";

}  // namespace

std::string openapi_json() {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .field("openapi", "3.1.0")
      .key("info")
      .begin_object()
      .field("title", "Remedium")
      .field("version", "1")
      .field("summary", "From first contact to the payment received")
      .end_object();
  const auto routes = api_routes();
  json.key("paths").begin_object();
  std::vector<std::string_view> done;
  for (const auto& route : routes) {
    if (std::ranges::find(done, route.pattern) != done.end()) continue;
    done.push_back(route.pattern);
    if (route.pattern == "/api/v1/cases/{case}/{act}") {
      for (const auto& act : casework::acts()) {
        if (act.opens_case) continue;
        const auto pattern = "/api/v1/cases/{case}/" + std::string(act.resource);
        json.key(pattern).begin_object();
        write_operation(
            json, route, pattern, "record-" + std::string(act.resource),
            "Record an act: " + std::string(act.resource) + " (" + std::string(base::code(act.measure)) + ")",
            act.resource);
        json.end_object();
      }
      continue;
    }
    json.key(route.pattern).begin_object();
    for (const auto& other : routes) {
      if (other.pattern == route.pattern)
        write_operation(json, other, other.pattern, other.operation, other.summary, other.request_schema);
    }
    json.end_object();
  }
  json.end_object();
  json.key("components")
      .begin_object()
      .key("securitySchemes")
      .begin_object()
      .key("session")
      .begin_object()
      .field("type", "http")
      .field("scheme", "bearer")
      .end_object()
      .end_object();
  json.key("schemas").begin_object();
  for (const auto& act : casework::acts()) act_schema(json, act);
  out += ",";
  out += fixed_schemas;
  json.end_object().end_object().end_object();
  return out;
}

}  // namespace remedium::http
