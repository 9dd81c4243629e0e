#include "scenarios/unwrap-in-loop/programs.h"

#include <array>

namespace unwrap_in_loop {
namespace {

constexpr std::array<NamedProgram, 5> kPrograms{{
    {"loop", "all three conditions: a postfix unwrap, in a loop, of a variable that the loop assigns", R"(
let subject = Some(0);
let power = 1;
let answer = 0;
while power < 64 {
  answer = subject!;
  subject = Some(3 * answer + power);
  power = 2 * power;
}
return answer;
)"},
    {"no-unwrap", "the same with the match written out", R"(
let subject = Some(0);
let power = 1;
let answer = 0;
while power < 64 {
  answer = match subject { Some(payload) => payload, None => panic };
  subject = Some(3 * answer + power);
  power = 2 * power;
}
return answer;
)"},
    {"no-loop", "the same with the loop written out", R"(
let subject = Some(0);
subject = Some(3 * subject! + 1);
subject = Some(3 * subject! + 2);
subject = Some(3 * subject! + 4);
subject = Some(3 * subject! + 8);
subject = Some(3 * subject! + 16);
return subject!;
)"},
    {"no-reassignment", "the same with a new variable in each turn", R"(
let power = 1;
let answer = 0;
while power < 32 {
  let subject = Some(3 * answer + power);
  answer = subject!;
  power = 2 * power;
}
return answer;
)"},
    {"second-reader", "the loop, and a line that somebody added to see what goes on", R"(
let subject = Some(0);
let power = 1;
let answer = 0;
while power < 64 {
  let look = subject;
  answer = subject!;
  subject = Some(3 * answer + power);
  power = 2 * power;
}
return answer;
)"},
}};

}  // namespace

std::span<const NamedProgram> all_programs() { return kPrograms; }

}  // namespace unwrap_in_loop
