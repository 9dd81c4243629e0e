#pragma once

#include <cstdint>

#include "scenarios/mn-scheduler/fibre.h"

namespace mn {

/// Two fibres count in one variable that nothing protects. A race by any reading: they are logically
/// concurrent however many kernel threads there are. Answers 0; whether somebody notices is the question.
int run_canary(Annotation annotation, std::uint32_t workers);

/// Fibres that lock properly. Whoever reports anything is wrong.
int run_locked(Annotation annotation, std::uint32_t workers);

/// Exceptions thrown and caught on fibre stacks, between yields. Correct.
int run_exceptions(Annotation annotation, std::uint32_t workers);

/// Eight isolates of the analyzer's runtime as fibres: objects, `super`, collections. `defective` takes the
/// runtime with the defect of ractor-pool-uaf. 0 when every answer was right, else 1.
int run_isolates(Annotation annotation, std::uint32_t workers, bool defective);

}  // namespace mn
