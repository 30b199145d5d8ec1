// The server: HTTP/1.1 on Boost.Beast behind this small header. A handler may answer later and from another thread.
#pragma once

#include <cstdint>
#include <memory>

#include "http/message.h"

namespace remedium::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: any free one
  int threads = 2;
  std::size_t max_header_bytes = 16U << 10U;
  std::size_t max_body_bytes = 1U << 20U;
  std::size_t max_connections = 4096;
  int idle_seconds = 30;  ///< also for a slow header or body
};

class Server {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  ~Server();  ///< stops: no new connection, what runs is finished
  [[nodiscard]] std::uint16_t port() const;
  struct Implementation;

 private:
  explicit Server(std::shared_ptr<Implementation> implementation) : self_(std::move(implementation)) {}
  std::shared_ptr<Implementation> self_;
};

}  // namespace remedium::http
