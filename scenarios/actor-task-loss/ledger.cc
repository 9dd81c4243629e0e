#include "scenarios/actor-task-loss/ledger.h"

namespace actor_task_loss {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint64_t checksum(const Document& document, std::size_t words) {
  std::uint64_t sum = words;
  for (std::size_t i = 0; i < words; ++i) sum = mix(sum ^ document[i]);
  return sum;
}

}  // namespace

Document make_document(std::uint64_t seed, std::size_t words) {
  Document document(words + 1);
  std::uint64_t state = seed;
  for (std::size_t i = 0; i < words; ++i) document[i] = state = mix(state + 0x9e3779b97f4a7c15U);
  document[words] = checksum(document, words);
  return document;
}

Document make_corrupt_document(std::uint64_t seed, std::size_t words) {
  Document document = make_document(seed, words);
  document[words / 2] ^= 1U;
  return document;
}

void Ledger::serve(const Document& document) {
  const std::size_t words = document.size() - 1;
  const std::uint64_t sum = checksum(document, words);
  if (sum != document[words]) throw actor_runtime::Panic("a document with a wrong checksum");
  total_ += sum;
}

}  // namespace actor_task_loss
