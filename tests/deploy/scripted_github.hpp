// GitHub's API without sockets: answers that were written down before, and what was asked.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "ocibuild/http/transport.hpp"

namespace ocibuild::testing {

struct GithubReply {
  int status = 200;
  std::string body;
  Headers headers;
};

class ScriptedGithub final : public Transport {
 public:
  /// The next answer to a URL that begins with `url`; the last one stays.
  void reply(const std::string& url, GithubReply reply) { replies_[url].push_back(std::move(reply)); }

  /// From now on the only answer.
  void replace(const std::string& url, GithubReply reply) { replies_[url] = {std::move(reply)}; }

  HttpResponse send(const HttpRequest& request) override {
    requests.push_back(request);
    auto found = replies_.end();  // the longest that fits
    for (auto each = replies_.begin(); each != replies_.end(); ++each) {
      if (request.url.string().starts_with(each->first)) found = each;
    }
    GithubReply reply{.status = 404, .body = R"({"message":"Not Found"})"};
    if (found != replies_.end()) {
      reply = found->second.front();
      if (found->second.size() > 1) found->second.pop_front();
    }
    return {.status = reply.status, .headers = reply.headers, .body = std::make_unique<MemorySource>(reply.body)};
  }

  std::vector<HttpRequest> requests;

 private:
  std::map<std::string, std::deque<GithubReply>> replies_;
};

}  // namespace ocibuild::testing
