// A table of routes: method, pattern, what it is for, who handles it. The OpenAPI document is made from the same table.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/app.h"
#include "http/message.h"

namespace remedium::http {

struct Call {
  app::App& app;
  Request request;
  std::optional<app::Caller> caller;  ///< set where the route needs one
  std::string token;
  Responder respond;
};

struct Route {
  std::string_view method;
  std::string_view pattern;    ///< "/api/v1/cases/{case}/timeline"
  std::string_view operation;  ///< operationId
  std::string_view summary;
  bool needs_caller = true;
  std::string_view request_schema;  ///< name of a schema, or empty
  int success = 200;
  std::function<void(std::shared_ptr<Call>)> handle;
};

[[nodiscard]] std::vector<Route> api_routes();
[[nodiscard]] std::vector<Route> page_routes();

/// The filters of the case list, checked.
[[nodiscard]] base::Result<store::CaseQuery> case_query(const Fields& query, base::Date today);

/// The route that fits, with its parameters put into `request`; nullptr where none does. `allowed` gets the methods of
/// the path.
[[nodiscard]] const Route* find_route(std::span<const Route> routes, Request& request,
                                      std::vector<std::string_view>& allowed);

}  // namespace remedium::http
