// The HTTP/1.1 server: sockets, framing, limits, timeouts, TLS 1.3. It knows no route.
//
// A few threads, each with its own loop and its own connections; nothing but a byte buffer is held for a client that is
// slow. A handler runs on the loop that read the request: it must not wait. What waits (a durable commit, argon2id)
// keeps the Responder and answers from its own thread; answers that arrive together wake the loop once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace remedium::http {

using Handler = std::function<void(Request&&, Responder)>;

struct ServerLimits {
  std::size_t header_bytes = 16 * 1024;  ///< request line and fields; 431 above
  std::size_t target_bytes = 8 * 1024;   ///< 414 above
  std::size_t header_fields = 100;       ///< 431 above
  std::size_t body_bytes = 1024 * 1024;  ///< 413 above, unless Options::body_limit says otherwise
  std::size_t body_bytes_together = std::size_t{256} * 1024 * 1024;  ///< bodies held at once, all clients; 503 above
  std::size_t connections = 4096;  ///< 503 above; idle ones are closed early from three quarters
  std::size_t pipelined = 16;  ///< requests of one connection answered before the others of its thread have their turn
  std::chrono::milliseconds idle{30'000};         ///< between requests
  std::chrono::milliseconds header_read{10'000};  ///< from first byte (or handshake) to the end of the head; 408 after
  std::chrono::milliseconds transfer_grace{10'000};  ///< a body, in or out, may take this long …
  std::size_t transfer_bytes_per_second = 1024;      ///< … and one second more for so many bytes
  std::chrono::milliseconds stop_grace{10'000};      ///< how long `stop` lets running requests finish
};

struct TlsFiles {
  std::string certificate_chain;  ///< PEM
  std::string private_key;        ///< PEM
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< numeric
  std::uint16_t port = 0;             ///< 0: any free one
  unsigned threads = 2;
  ServerLimits limits;
  std::optional<TlsFiles> tls;
  /// The greatest body of a request, asked once its head is read; absent: limits.body_bytes for all.
  std::function<std::size_t(Method, const Path&)> body_limit;
  /// Numeric addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<std::string> trusted_proxies;
  /// Told, from any of the server's threads, what went wrong inside; never what a client sent.
  std::function<void(std::string_view)> on_fault;
};

struct ServerCounts {
  std::size_t connections = 0;    ///< open now
  std::uint64_t requests = 0;     ///< handed to the handler so far
  std::uint64_t refused = 0;      ///< answered by the transport itself (bad framing, over a limit, too slow)
  std::uint64_t turned_away = 0;  ///< connections over the limit
};

class Server {
 public:
  /// Listens and serves until `stop`. unavailable where the address cannot be had, invalid_input where options are
  /// wrong. Raises the process's soft limit of open files towards the hard one where `limits.connections` needs it.
  [[nodiscard]] static base::Result<Server> start(ServerOptions options, Handler handler);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  /// As `stop`.
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ServerCounts counts() const;
  /// Accepts no more, closes idle connections, lets running requests finish for `stop_grace`, then closes the rest and
  /// joins the threads. A Responder that outlives this answers nobody, harmlessly. Not to be called from a handler.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace remedium::http
