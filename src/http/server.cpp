#include "http/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/text.h"

namespace remedium::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = asio::ip::tcp;

/// %-decoding of a path; nullopt for a bad escape, a control, an escaped slash (it would make another segment), text
/// that is not UTF-8, or a segment that climbs.
std::optional<std::string> decode_path(std::string_view raw) {
  std::string out;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      if (i + 2 >= raw.size() || digit(raw[i + 1]) < 0 || digit(raw[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(digit(raw[i + 1]) * 16 + digit(raw[i + 2]));
      i += 2;
      if (c == '/') return std::nullopt;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f' || c == '\\') return std::nullopt;
    out += c;
  }
  if (out.empty() || out[0] != '/' || !base::is_utf8(out) || (out + "/").find("/../") != std::string::npos ||
      (out + "/").find("/./") != std::string::npos)
    return std::nullopt;
  return out;
}

/// Two readings of one message are an attack (RFC 9112 6.3): refuse what names its length twice.
/// Beast takes a body in another coding than plain `chunked` for no body at all: the body would be read as the next
/// request.
bool ambiguous(const bhttp::request<bhttp::string_body>& message) {
  const auto codings = message.count(bhttp::field::transfer_encoding);
  const bool other_coding =
      codings > 0 && (message.version() < 11 || !beast::iequals(message[bhttp::field::transfer_encoding], "chunked"));
  const auto hosts = message.count(bhttp::field::host);
  return message.count(bhttp::field::content_length) + codings > 1 || other_coding || hosts > 1 ||
         (hosts == 0 && message.version() >= 11);
}

/// Whether each line of the head ends in CR LF, holds no other CR, LF or NUL, and none continues the one before
/// (obs-fold, RFC 9112 5.2): what the parser would forgive and a proxy might read otherwise.
bool well_formed_head(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') return false;
    if (head[i] == '\r' && (i + 1 >= head.size() || head[i + 1] != '\n')) return false;
    if (head[i] != '\n') continue;
    if (i == 0 || head[i - 1] != '\r') return false;
    if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t')) return false;
  }
  return true;
}

std::string http_date() {
  char text[40];
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace

namespace {
class Connection;
}

struct Server::Implementation : std::enable_shared_from_this<Server::Implementation> {
  ServerOptions options;
  Handler handler;
  asio::io_context context;
  tcp::acceptor acceptor{context};
  std::vector<std::thread> threads;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> running{0};  ///< requests handed to the handler and not yet answered to the last byte
  std::atomic<bool> stopping{false};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer pause{context};
  std::mutex mutex;
  std::unordered_map<Connection*, std::weak_ptr<Connection>> open;  ///< to be closed at the end

  void accept();
};

namespace {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<Server::Implementation> server)
      : stream_(std::move(socket)), server_(std::move(server)) {
    beast::error_code ec;
    const auto peer = stream_.socket().remote_endpoint(ec);
    if (!ec) peer_ = peer.address().to_string();
    stream_.socket().set_option(tcp::no_delay(true), ec);
  }
  ~Connection() {
    finished();
    --server_->connections;
    const std::lock_guard lock(server_->mutex);
    server_->open.erase(this);
  }

  void start() {
    {
      const std::lock_guard lock(server_->mutex);
      server_->open.emplace(this, weak_from_this());
    }
    read();
  }

  void cut() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->stream_.close(); });
  }

 private:
  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_->options.max_header_bytes));
    parser_->body_limit(server_->options.max_body_bytes);
    stream_.expires_after(std::chrono::seconds(server_->options.idle_seconds));
    read_head(0);
  }

  /// Reads until the head is whole; its first `searched` bytes are known not to hold its end.
  void read_head(std::size_t searched) {
    const std::string_view here(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    const auto end = here.find("\r\n\r\n", searched);
    if (end != std::string_view::npos) return on_head(end + 4);
    if (here.size() >= server_->options.max_header_bytes) return on_read(bhttp::error::header_limit);
    buffer_.max_size(std::size_t{64} << 10U);
    stream_.async_read_some(
        buffer_.prepare(std::min(std::size_t{4096}, server_->options.max_header_bytes - here.size())),
        [self = shared_from_this(), size = here.size()](beast::error_code ec, std::size_t read) {
          if (ec) return self->on_read(ec);
          self->buffer_.commit(read);
          self->read_head(size > 3 ? size - 3 : 0);
        });
  }

  void on_head(std::size_t size) {
    beast::error_code ec;
    if (!well_formed_head(std::string_view(static_cast<const char*>(buffer_.data().data()), size)))
      ec = bhttp::error::bad_line_ending;
    // The whole head is here, so one call reads it.
    if (!ec) buffer_.consume(parser_->put(buffer_.data(), ec));
    if (!ec && ambiguous(parser_->get())) ec = bhttp::error::bad_transfer_encoding;
    if (ec) return on_read(ec);
    if (!parser_->is_done() && buffer_.size() == 0 &&
        beast::iequals(parser_->get()[bhttp::field::expect], "100-continue")) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      return asio::async_write(stream_, asio::buffer(go_on),
                               [self = shared_from_this()](beast::error_code failed, std::size_t) {
                                 if (!failed) self->read_body();
                               });
    }
    read_body();
  }

  void read_body() {
    if (parser_->is_done()) return on_read({});
    buffer_.max_size(std::size_t{64} << 10U);
    bhttp::async_read(stream_, buffer_, *parser_,
                      [self = shared_from_this()](beast::error_code ec, std::size_t) { self->on_read(ec); });
  }

  /// What was handed to the handler is over.
  void finished() {
    if (running_) --server_->running;
    running_ = false;
  }

  void on_read(beast::error_code ec) {
    if (ec == bhttp::error::end_of_stream || ec == beast::error::timeout || ec == asio::error::operation_aborted ||
        ec == asio::error::connection_reset || ec == asio::error::eof || ec == bhttp::error::partial_message)
      return close();
    if (ec) {
      keep_alive_ = false;
      const bool large =
          ec == bhttp::error::body_limit || ec == bhttp::error::header_limit || ec == bhttp::error::buffer_overflow;
      return send(problem(
          {large ? base::ErrorKind::too_large : base::ErrorKind::invalid_input, large ? "too_large" : "bad_request",
           large ? "The request is larger than this server takes." : "This is not a well-formed HTTP request.",
           "RFC 9112", large ? "Send less at once." : "Correct the request.", ""}));
    }
    auto message = parser_->release();
    keep_alive_ = message.keep_alive() && !server_->stopping;
    is_head_ = message.method() == bhttp::verb::head;
    Request request;
    const std::string_view target(message.target());
    const auto question = target.find('?');
    auto path = decode_path(target.substr(0, question));
    auto query = question == std::string_view::npos ? std::optional(Fields{}) : parse_form(target.substr(question + 1));
    if (!path || !query || target.size() > 8192) {
      keep_alive_ = false;
      return send(problem({base::ErrorKind::invalid_input, "bad_request",
                           "The address of this request is malformed or longer than 8,192 bytes.", "RFC 9112 3.2",
                           "Correct the address.", ""}));
    }
    request.method = is_head_ ? "GET" : std::string(message.method_string());
    request.path = std::move(*path);
    request.query = std::move(*query);
    request.peer = peer_;
    for (const auto& field : message) {
      std::string name(field.name_string());
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    request.body = std::move(message.body());
    // The one who answers may be another thread, later; the answer comes back to this connection's strand. Dropped:
    // 500.
    struct Answer {
      std::shared_ptr<Connection> connection;
      std::atomic<bool> sent{false};
      ~Answer() {
        deliver(problem({base::ErrorKind::internal, "no_answer", "The server has no answer.", "",
                         "Try again; report it if it stays.", ""}));
      }
      void deliver(Response response) {
        if (sent.exchange(true)) return;
        asio::post(connection->stream_.get_executor(),
                   [self = connection, held = std::move(response)]() mutable { self->send(std::move(held)); });
      }
    };
    auto answer = std::make_shared<Answer>();
    answer->connection = shared_from_this();
    stream_.expires_never();
    running_ = true;
    ++server_->running;
    try {
      server_->handler(std::move(request),
                       [answer = std::move(answer)](Response response) { answer->deliver(std::move(response)); });
    } catch (const std::exception&) {
      // The responder went with the handler's frame: the answer is 500, and the server lives.
    }
  }

  void send(Response response) {
    held_ = std::move(response);
    head_.clear();
    const auto& body = held_.shared_body ? *held_.shared_body : held_.body;
    fmt::format_to(
        std::back_inserter(head_),
        "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: "
        "nosniff\r\nReferrer-Policy: no-referrer\r\n"
        "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\nX-Frame-Options: "
        "DENY\r\nPermissions-Policy: geolocation=(), camera=(), microphone=()\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src "
        "'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'\r\nCache-Control: {}\r\n",
        held_.status, std::string_view(bhttp::obsolete_reason(static_cast<bhttp::status>(held_.status))), http_date(),
        held_.content_type, body.size(),
        held_.public_minutes > 0 ? fmt::format("public, max-age={}", held_.public_minutes * 60)
                                 : std::string("no-store"));
    for (const auto& [name, value] : held_.headers) {
      // A line break in a header would be a second header: the value ends there.
      fmt::format_to(std::back_inserter(head_), "{}: {}\r\n", name,
                     std::string_view(value).substr(0, value.find_first_of("\r\n")));
    }
    head_ += keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_),
                                                       is_head_ ? asio::const_buffer() : asio::buffer(body)};
    stream_.expires_after(std::chrono::seconds(server_->options.idle_seconds));
    asio::async_write(stream_, buffers, [self = shared_from_this()](beast::error_code ec, std::size_t) {
      self->finished();
      if (ec) return;
      self->held_ = {};
      if (!self->keep_alive_ || self->server_->stopping) return self->close();
      self->read();
    });
  }

  /// Ends the sending side, and reads away for a moment what the other still sends: a socket closed over unread bytes
  /// is reset, and the reset can overtake the answer (RFC 9112 9.6).
  void close() {
    beast::error_code ec;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ec);
    if (ec) return;
    stream_.expires_after(std::chrono::seconds(2));
    drain();
  }

  void drain() {
    buffer_.clear();
    buffer_.max_size(std::size_t{64} << 10U);
    stream_.async_read_some(buffer_.prepare(std::size_t{16} << 10U),
                            [self = shared_from_this()](beast::error_code ec, std::size_t) {
                              if (!ec && !self->server_->stopping) self->drain();
                            });
  }

  beast::tcp_stream stream_;
  std::shared_ptr<Server::Implementation> server_;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  std::string peer_;
  Response held_;
  std::string head_;
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool running_ = false;
};

}  // namespace

void Server::Implementation::accept() {
  acceptor.async_accept(asio::make_strand(context),
                        [self = shared_from_this()](beast::error_code ec, tcp::socket socket) {
                          if (self->stopping) return;
                          if (!ec && self->connections < self->options.max_connections) {
                            ++self->connections;
                            std::make_shared<Connection>(std::move(socket), self)->start();
                          }
                          if (!ec) return self->accept();
                          // Out of file descriptors, most likely: trying again at once would spin.
                          self->pause.expires_after(std::chrono::milliseconds(50));
                          self->pause.async_wait([self](beast::error_code cancelled) {
                            if (!cancelled) self->accept();
                          });
                        });
}

base::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  auto self = std::make_shared<Implementation>();
  self->options = std::move(options);
  self->handler = std::move(handler);
  const auto cannot = [&](const beast::error_code& ec) {
    return base::fail(
        {base::ErrorKind::unavailable, "cannot_listen",
         fmt::format("Cannot listen on {}:{}: {}.", self->options.address, self->options.port, ec.message()), "",
         "Give another --listen ADDRESS:PORT.", "listen"});
  };
  beast::error_code ec;
  const auto address = asio::ip::make_address(self->options.address, ec);
  if (ec) return cannot(ec);
  const tcp::endpoint endpoint(address, self->options.port);
  self->acceptor.open(endpoint.protocol(), ec);
  if (!ec) self->acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) self->acceptor.bind(endpoint, ec);
  if (!ec) self->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return cannot(ec);
  // Debian's soft limit of 1,024 open files is below our own limit of connections; the hard one is not.
  rlimit files{};
  const rlim_t wanted = self->options.max_connections + 256;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < wanted) {
    files.rlim_cur = std::min(wanted, files.rlim_max);
    setrlimit(RLIMIT_NOFILE, &files);
  }
  self->accept();
  for (int i = 0; i < self->options.threads; ++i) {
    self->threads.emplace_back([raw = self.get()] {
      for (;;) {
        try {
          raw->context.run();
          return;
        } catch (const std::exception&) {
          // Memory for one connection could not be had: it went with its handler, the others go on.
        }
      }
    });
  }
  return std::unique_ptr<Server>(new Server(self));
}

Server::~Server() {
  self_->stopping = true;
  asio::post(self_->context, [self = self_] {
    beast::error_code ec;
    self->acceptor.close(ec);
    self->pause.cancel();
  });
  // What runs is finished, for ten seconds at most; a stop does not wait for idle connections.
  for (int waited = 0; waited < 1000 && self_->running > 0; ++waited)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::vector<std::shared_ptr<Connection>> left;
  {
    const std::lock_guard lock(self_->mutex);
    for (const auto& [raw, weak] : self_->open) {
      if (auto connection = weak.lock()) left.push_back(std::move(connection));
    }
  }
  for (const auto& connection : left) connection->cut();
  left.clear();
  // Without work the loops end by themselves once each cut connection has been told; none is left holding the server.
  self_->work.reset();
  for (auto& thread : self_->threads) thread.join();
}

std::uint16_t Server::port() const {
  beast::error_code ec;
  return self_->acceptor.local_endpoint(ec).port();
}

}  // namespace remedium::http
