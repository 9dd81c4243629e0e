#include "scenarios/actor-task-loss/variant.h"

#include <algorithm>
#include <array>

namespace actor_task_loss {
namespace {

using actor_runtime::PipePolicy;
using actor_runtime::PollerPolicy;
using actor_runtime::WakePolicy;
using Byte = PipePolicy::Byte;
using Drain = PipePolicy::Drain;
using Mailbox = WakePolicy::Mailbox;
using EventDelete = PollerPolicy::EventDelete;
using Order = PollerPolicy::Order;

// Each repair that was tried differs from the first row in one thing.
constexpr std::array<Variant, 6> kVariants{{
    {"pipe-oneshot",
     {Mailbox::notify_pipe, {Byte::every_send, Drain::never}, {Order::hand_over_first, EventDelete::yes}}},
    {"conditional-write",
     {Mailbox::notify_pipe,
      {Byte::only_into_empty_buffer, Drain::never},
      {Order::hand_over_first, EventDelete::yes}}},
    {"no-event-delete",
     {Mailbox::notify_pipe, {Byte::every_send, Drain::never}, {Order::hand_over_first, EventDelete::no}}},
    {"drain-on-wake",
     {Mailbox::notify_pipe,
      {Byte::every_send, Drain::before_receive},
      {Order::hand_over_first, EventDelete::yes}}},
    {"recv-queue",
     {Mailbox::receiver_queue, {Byte::every_send, Drain::never}, {Order::hand_over_first, EventDelete::yes}}},
    {"claim-first",
     {Mailbox::notify_pipe, {Byte::every_send, Drain::never}, {Order::claim_first, EventDelete::yes}}},
}};

}  // namespace

std::span<const Variant> all_variants() { return kVariants; }

std::optional<Variant> find_variant(std::string_view name) {
  const auto* found = std::find_if(kVariants.begin(), kVariants.end(),
                                   [&](const Variant& variant) { return variant.name == name; });
  if (found == kVariants.end()) return std::nullopt;
  return *found;
}

}  // namespace actor_task_loss
