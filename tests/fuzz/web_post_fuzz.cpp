// Fuzz target: what a browser posts to mgr.cgi, as a form and as JSON, and the token and header
// values beside it. Whatever is taken is one request on behalf of the web server's user, with each
// field as it was posted: written as a block, the broker's own parser reads exactly these fields.
// What is posted again in either encoding is the same; and no bytes are a good token.
#include <sodium.h>

#include <algorithm>

#include "client/cgi/admission.h"
#include "client/cgi/posted.h"
#include "client/cgi/site.h"
#include "client/cgi/token.h"
#include "client/cgi/web_request.h"
#include "protocol/json.h"
#include "protocol/request_block.h"
#include "protocol/signature.h"
#include "protocol/text.h"
#include "tests/fuzz/property.h"

namespace {

using namespace mgr::cgi;

constexpr const char* user = "alice";

std::string as_form(const Posted& posted) {
  std::string text;
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!text.empty()) text += '&';
    text += name + '=';
    for (const char byte : value) text += '%' + mgr::encode_hex({&byte, 1});
  };
  for (const mgr::Field& field : posted.fields) add(field.name, field.value);
  if (!posted.token.empty()) add("mgr-token", posted.token);
  if (posted.bytes) add("mgr-body", *posted.bytes);
  return text;
}

std::string as_json(const Posted& posted) {
  mgr::JsonWriter json;
  json.open_object();
  for (const mgr::Field& field : posted.fields) json.member(field.name, field.value);
  if (!posted.token.empty()) json.member("mgr-token", posted.token);
  if (posted.bytes) json.member("mgr-body", mgr::encode_base64(*posted.bytes));
  return json.close_object().take();
}

bool is_same(const Posted& one, const Judged<Posted>& other) {
  return other && one.fields == other->fields && one.token == other->token &&
         one.bytes == other->bytes;
}

void check_fields(const Posted& posted) {
  require(posted.fields.size() <= mgr::max_fields && mgr::is_value(posted.token));
  require(!posted.bytes || posted.bytes->size() <= mgr::max_body_length);
  for (const mgr::Field& field : posted.fields) {
    require(mgr::is_name(field.name) && mgr::is_value(field.value));
    require(field.name != "mgr-token" && field.name != "mgr-body");
    require(std::ranges::count(posted.fields, field.name, &mgr::Field::name) == 1);
  }
}

std::string_view trimmed(std::string_view value) {
  const std::size_t first = value.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(' ') + 1 - first);
}

// What the broker reads: nothing that was not posted, but for whom it is.
void check_block(const Posted& posted, const std::string& written) {
  mgr::BlockParser parser;
  std::string_view rest = written;
  require(parser.read(rest) == mgr::BlockParser::State::complete);
  require(!parser.keep_alive() && rest == posted.bytes.value_or(""));
  const mgr::RequestBlock& block = parser.block();
  require(block.find("mgr-on-behalf-of") == user);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::string_view name = block[i].name;
    if (name == "mgr-on-behalf-of") continue;
    if (name == "mgr-body") {
      require(block[i].value == std::to_string(posted.bytes.value().size()));
      continue;
    }
    const auto field = std::ranges::find(posted.fields, name, &mgr::Field::name);
    require(field != posted.fields.end() && trimmed(field->value) == block[i].value);
  }
  for (const mgr::Field& field : posted.fields) {
    const bool is_off = field.name.starts_with("mgr-") && field.value == "no";
    const bool is_empty_id = field.name == "mgr-request-id" && field.value.empty();
    require(is_off || is_empty_id || block.find(field.name).has_value());
  }
}

void check_posted(const Judged<Posted>& posted) {
  if (!posted) return;
  check_fields(*posted);
  require(is_same(*posted, read_form(as_form(*posted))));
  require(is_same(*posted, read_json(as_json(*posted))));
  const auto request = make_request(*posted, user);
  if (!request) return;
  require(request->on_behalf_of == user && patience_with(*request).count() > 0);
  const auto written = mgr::client::write_request(*request);
  if (written) check_block(*posted, *written);
}

void check_header_values(std::string_view text) {
  const auto name = read_user(text);
  require(!name || (*name == text && mgr::is_value(text) && !text.empty()));
  const auto length = read_content_length(text);
  require(!length || *length <= max_content_length);
  static_cast<void>(read_content_type(text));
  std::string words = ' ' + folded_host(text) + ' ';
  std::ranges::replace(words, '\t', ' ');
  const bool is_listed = words.find(" panel.example.net ") != std::string::npos;
  require(check_host("Panel.example.net", text).has_value() == is_listed);
  Environment environment;
  environment.host = "a";
  environment.origin = text;
  const std::string origin = folded_host(text);
  const bool is_own = origin.empty() || origin == "http://a" || origin == "https://a";
  require(check_origin(environment).has_value() == is_own);
}

void check_tokens(std::string_view text) {
  static const mgr::Guarded secret = *mgr::Guarded::make(32, [](unsigned char* bytes) {
    std::fill_n(bytes, 32, static_cast<unsigned char>(7));
    return true;
  });
  constexpr std::int64_t now = 1'800'000'000;
  const TokenHolder holder{user, "a"};
  const std::string good = make_token(secret, holder, now);
  require(check_token(secret, holder, now, good).has_value());
  require(text == good || !check_token(secret, holder, now, text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const bool started = sodium_init() >= 0;
  require(started);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_posted(read_posted(Encoding::form, input));
  check_posted(read_posted(Encoding::json, input));
  check_header_values(input);
  check_tokens(input);
  return 0;
}
