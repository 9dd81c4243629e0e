#include "scenarios/seqlock-fence/model_programs.h"

namespace seqlock_fence {

Program writer_program(Ordering ordering) {
  const Order words = ordering == Ordering::ordered_words ? Order::release : Order::relaxed;
  const bool has_fence = ordering == Ordering::fences || ordering == Ordering::no_reader_fence;
  Program program{{Action::store, Order::relaxed, Location::sequence, 1}};
  if (has_fence) program.push_back({Action::fence, Order::release, Location::sequence, 0});
  program.push_back({Action::store, words, Location::first_word, 1});
  program.push_back({Action::store, words, Location::second_word, 1});
  program.push_back({Action::store, Order::release, Location::sequence, 2});
  return program;
}

Program reader_program(Ordering ordering) {
  const Order words = ordering == Ordering::ordered_words ? Order::acquire : Order::relaxed;
  const bool has_fence = ordering == Ordering::fences || ordering == Ordering::no_writer_fence;
  Program program{{Action::load, Order::acquire, Location::sequence, 0},
                  {Action::load, words, Location::first_word, 0},
                  {Action::load, words, Location::second_word, 0}};
  if (has_fence) program.push_back({Action::fence, Order::acquire, Location::sequence, 0});
  program.push_back({Action::load, Order::relaxed, Location::sequence, 0});
  return program;
}

bool is_torn_and_believed(const Observation& seen) {
  const std::uint8_t before = seen.front();
  const std::uint8_t after = seen.back();
  return before == after && before % 2 == 0 && seen[1] != seen[2];
}

}  // namespace seqlock_fence
