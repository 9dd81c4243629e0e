require_relative "../lib/lending/queue"

class QueueTest
  def test_order
    queue = Lending::WaitingQueue.new
    queue.join("first")
    queue.join("second")
    raise "wrong order" unless queue.call_next == "first"
  end

  def helper
    true.negate
  end
end
