// The application over HTTP: the JSON API under /api/v1 and the pages. Both are faces of the same use cases.
#pragma once

#include <memory>

#include "app/app.h"
#include "http/message.h"

namespace remedium::http {

/// Handles every request of the application. `app` must outlive it.
[[nodiscard]] Handler make_handler(app::App& app);

/// The OpenAPI 3.1 document that /api/openapi.json serves, made from the routes and the table of acts.
[[nodiscard]] std::string openapi_json();

}  // namespace remedium::http
