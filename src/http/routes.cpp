#include "http/routes.h"

namespace remedium::http {

namespace {

/// Whether `path` fits `pattern`; {names} take one segment each.
bool fits(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters) {
  parameters.clear();
  while (!pattern.empty() || !path.empty()) {
    if (pattern.empty() || path.empty() || pattern[0] != '/' || path[0] != '/') return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const auto want = pattern.substr(0, pattern.find('/'));
    const auto have = path.substr(0, path.find('/'));
    if (want.starts_with('{')) {
      if (have.empty()) return false;
      parameters.emplace_back(have);
    } else if (want != have) {
      return false;
    }
    pattern.remove_prefix(want.size());
    path.remove_prefix(have.size());
  }
  return true;
}

}  // namespace

const Route* find_route(std::span<const Route> routes, Request& request, std::vector<std::string_view>& allowed) {
  std::vector<std::string> parameters;
  for (const auto& route : routes) {
    if (!fits(route.pattern, request.path, parameters)) continue;
    if (route.method == request.method) {
      request.parameters = std::move(parameters);
      return &route;
    }
    allowed.push_back(route.method);
  }
  return nullptr;
}

}  // namespace remedium::http
