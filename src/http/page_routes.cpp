#include "http/routes.h"
namespace remedium::http {
std::vector<Route> page_routes() { return {}; }
} // namespace remedium::http
