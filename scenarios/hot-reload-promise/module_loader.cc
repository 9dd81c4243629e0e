#include "scenarios/hot-reload-promise/module_loader.h"

#include <algorithm>
#include <utility>

namespace hot_reload {
namespace {

/// What a source that does not parse contains.
constexpr std::string_view kSyntaxError = "<<<<<<<";

std::vector<std::string> tokens_of(const std::string& source) {
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t end = std::min(source.find_first_of(" ;\n", at), source.size());
    if (end > at) tokens.push_back(source.substr(at, end - at));
    at = end + 1;
  }
  return tokens;
}

}  // namespace

ModuleLoader::ModuleLoader(Heap& heap) : heap_(heap), tokenizer_([this] { tokenize_all(); }) {
  heap_.add_root_owner(this);
}

ModuleLoader::~ModuleLoader() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  has_work_.notify_one();
  tokenizer_.join();
}

Promise* ModuleLoader::load(std::string source, TopLevelAwait await) {
  auto* const promise = heap_.make<Promise>();
  in_flight_.push_back(promise);
  {
    const std::lock_guard lock(mutex_);
    requested_.push_back({promise, await, std::move(source), {}});
  }
  has_work_.notify_one();
  return promise;
}

void ModuleLoader::tokenize_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_work_.wait(lock, [this] { return is_closing_ || !requested_.empty(); });
    if (is_closing_) return;
    Load load = std::move(requested_.front());
    requested_.pop_front();
    lock.unlock();
    load.tokens = tokens_of(load.source);
    lock.lock();
    tokenized_.push_back(std::move(load));
  }
}

void ModuleLoader::finish_loads(bool has_reloaded) {
  {
    const std::lock_guard lock(mutex_);
    std::move(tokenized_.begin(), tokenized_.end(), std::back_inserter(evaluating_));
    tokenized_.clear();
  }
  std::erase_if(evaluating_, [&](const Load& load) {
    if (load.await == TopLevelAwait::first_reload && !has_reloaded) return false;
    evaluate(load);
    return true;
  });
}

void ModuleLoader::evaluate(const Load& load) {
  if (std::find(load.tokens.begin(), load.tokens.end(), kSyntaxError) != load.tokens.end()) {
    load.promise->reject(heap_.make<Text>("unexpected <<<<<<<"));
  } else {
    current_ = heap_.make<Module>();
    for (const std::string& token : load.tokens) current_->add(heap_.make<Text>(token));
    load.promise->fulfill();
  }
  // The last edge to the promise.
  std::erase(in_flight_, load.promise);
}

void ModuleLoader::visit_roots(Marker& marker) const {
  for (Promise* promise : in_flight_) marker.mark(promise);
  marker.mark(current_);
}

}  // namespace hot_reload
