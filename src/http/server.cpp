#include "http/server.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>

namespace remedium::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = asio::ip::tcp;

/// %-decoding of a path; nullopt for a bad escape, a NUL, or a segment that climbs.
std::optional<std::string> decode_path(std::string_view raw) {
  std::string out;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      if (i + 2 >= raw.size() || digit(raw[i + 1]) < 0 || digit(raw[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(digit(raw[i + 1]) * 16 + digit(raw[i + 2]));
      i += 2;
    }
    if (c == '\0' || c == '\\') return std::nullopt;
    out += c;
  }
  if (out.empty() || out[0] != '/' || (out + "/").find("/../") != std::string::npos || (out + "/").find("/./") != std::string::npos) return std::nullopt;
  return out;
}

/// Two readings of one message are an attack (RFC 9112 6.3): refuse what names its length twice.
bool ambiguous(const bhttp::request<bhttp::string_body>& message) {
  return message.count(bhttp::field::content_length) + message.count(bhttp::field::transfer_encoding) > 1 || message.count(bhttp::field::host) > 1;
}

std::string http_date() {
  char text[40];
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

} // namespace

struct Server::Implementation : std::enable_shared_from_this<Server::Implementation> {
  ServerOptions options;
  Handler handler;
  asio::io_context context;
  tcp::acceptor acceptor{context};
  std::vector<std::thread> threads;
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> stopping{false};

  void accept();
};

namespace {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<Server::Implementation> server) : stream_(std::move(socket)), server_(std::move(server)) {
    beast::error_code ec;
    const auto peer = stream_.socket().remote_endpoint(ec);
    if (!ec) peer_ = peer.address().to_string();
    stream_.socket().set_option(tcp::no_delay(true), ec);
  }
  ~Connection() { --server_->connections; }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_->options.max_header_bytes));
    parser_->body_limit(server_->options.max_body_bytes);
    stream_.expires_after(std::chrono::seconds(server_->options.idle_seconds));
    bhttp::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code ec, std::size_t) { self->on_read(ec); });
  }

 private:
  void on_read(beast::error_code ec) {
    if (ec == bhttp::error::end_of_stream || ec == beast::error::timeout || ec == asio::error::operation_aborted || ec == asio::error::connection_reset || ec == asio::error::eof) return close();
    if (ec) {
      keep_alive_ = false;
      const bool large = ec == bhttp::error::body_limit || ec == bhttp::error::header_limit || ec == bhttp::error::buffer_overflow;
      return send(problem({large ? base::ErrorKind::too_large : base::ErrorKind::invalid_input, large ? "too_large" : "bad_request",
                           large ? "The request is larger than this server takes." : "This is not a well-formed HTTP request.", "RFC 9112", large ? "Send less at once." : "Correct the request.", ""}));
    }
    auto message = parser_->release();
    keep_alive_ = message.keep_alive() && !server_->stopping;
    is_head_ = message.method() == bhttp::verb::head;
    version_ = message.version();
    Request request;
    const std::string_view target(message.target());
    const auto question = target.find('?');
    auto path = decode_path(target.substr(0, question));
    auto query = question == std::string_view::npos ? std::optional(Fields{}) : parse_form(target.substr(question + 1));
    if (ambiguous(message) || !path || !query || target.size() > 8192) {
      keep_alive_ = false;
      return send(problem({base::ErrorKind::invalid_input, "bad_request", "This request can be read in two ways, or its address is malformed.", "RFC 9112 6.3", "Correct the request.", ""}));
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
    // The one who answers may be another thread, later; the answer comes back to this connection's strand. Dropped: 500.
    struct Answer {
      std::shared_ptr<Connection> connection;
      bool sent = false;
      ~Answer() {
        if (!sent) deliver(problem({base::ErrorKind::internal, "no_answer", "The server has no answer.", "", "Try again; report it if it stays.", ""}));
      }
      void deliver(Response response) {
        sent = true;
        asio::post(connection->stream_.get_executor(), [self = connection, held = std::move(response)]() mutable { self->send(std::move(held)); });
      }
    };
    auto answer = std::make_shared<Answer>();
    answer->connection = shared_from_this();
    stream_.expires_never();
    server_->handler(std::move(request), [answer](Response response) {
      if (!answer->sent) answer->deliver(std::move(response));
    });
  }

  void send(Response response) {
    held_ = std::move(response);
    head_.clear();
    const auto& body = held_.shared_body ? *held_.shared_body : held_.body;
    fmt::format_to(std::back_inserter(head_),
                   "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
                   "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\nX-Frame-Options: DENY\r\nPermissions-Policy: geolocation=(), camera=(), microphone=()\r\n"
                   "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
                   "base-uri 'none'; frame-ancestors 'none'\r\nCache-Control: {}\r\n",
                   held_.status, std::string_view(bhttp::obsolete_reason(static_cast<bhttp::status>(held_.status))), http_date(), held_.content_type, body.size(),
                   held_.public_minutes > 0 ? fmt::format("public, max-age={}", held_.public_minutes * 60) : std::string("no-store"));
    for (const auto& [name, value] : held_.headers) {
      // A line break in a header would be a second header: the value ends there.
      fmt::format_to(std::back_inserter(head_), "{}: {}\r\n", name, std::string_view(value).substr(0, value.find_first_of("\r\n")));
    }
    head_ += keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_), is_head_ ? asio::const_buffer() : asio::buffer(body)};
    stream_.expires_after(std::chrono::seconds(server_->options.idle_seconds));
    asio::async_write(stream_, buffers, [self = shared_from_this()](beast::error_code ec, std::size_t) {
      if (ec || !self->keep_alive_) return self->close();
      self->held_ = {};
      self->read();
    });
  }

  void close() {
    beast::error_code ec;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ec);
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
  unsigned version_ = 11;
};

} // namespace

void Server::Implementation::accept() {
  acceptor.async_accept(asio::make_strand(context), [self = shared_from_this()](beast::error_code ec, tcp::socket socket) {
    if (self->stopping) return;
    if (!ec && self->connections < self->options.max_connections) {
      ++self->connections;
      std::make_shared<Connection>(std::move(socket), self)->read();
    }
    self->accept();
  });
}

base::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  auto self = std::make_shared<Implementation>();
  self->options = std::move(options);
  self->handler = std::move(handler);
  const auto cannot = [&](const beast::error_code& ec) {
    return base::fail({base::ErrorKind::unavailable, "cannot_listen", fmt::format("Cannot listen on {}:{}: {}.", self->options.address, self->options.port, ec.message()), "",
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
  self->accept();
  for (int i = 0; i < self->options.threads; ++i) {
    self->threads.emplace_back([raw = self.get()] { raw->context.run(); });
  }
  return std::unique_ptr<Server>(new Server(self));
}

Server::~Server() {
  self_->stopping = true;
  asio::post(self_->context, [self = self_] {
    beast::error_code ec;
    self->acceptor.close(ec);
  });
  // Idle connections end by their own time limit; a stop does not wait for them.
  for (int waited = 0; waited < 50 && self_->connections > 0; ++waited) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  self_->context.stop();
  for (auto& thread : self_->threads) thread.join();
}

std::uint16_t Server::port() const {
  beast::error_code ec;
  return self_->acceptor.local_endpoint(ec).port();
}

} // namespace remedium::http
