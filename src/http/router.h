// Which handler serves which method and path. A trie of path segments: a literal segment wins over a `{parameter}`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace remedium::http {

using RouteHandler = std::function<void(Request&&, Responder)>;

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// "/api/v1/cases/{case}/timeline". A pattern that is malformed or taken is a programmer's mistake and ends the
  /// process. A GET route serves HEAD too.
  void add(Method method, std::string_view pattern, RouteHandler handler);
  /// What answers a path no route has; else a problem 404. It must not say whether anything exists behind other
  /// credentials.
  void on_not_found(RouteHandler handler);

  /// Sets `request.path_parameters` and calls the route; 404 where there is none; 405 with Allow where only another
  /// method has one; OPTIONS is answered with Allow. The router must outlive the request.
  void operator()(Request&& request, Responder responder) const;

  struct Match {
    const RouteHandler* handler = nullptr;  ///< null: no such path, or not with this method
    std::string allow;                      ///< the methods the path has, where `handler` is null
    std::vector<std::pair<std::string_view, std::uint16_t>> parameters;
  };
  [[nodiscard]] Match find(Method method, const Path& path) const;

 private:
  struct Node;
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace remedium::http
