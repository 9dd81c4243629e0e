# The work of one worker: asking strings for their class through an unbound method, as libraries do that must not
# trust a `class` that an object may have redefined.
#
# Each call makes a copy of the method's entry and counts it in the definition that all copies share; the copies leave
# when the garbage collector frees them. Ruby 3.1 counts up without any lock.
module Work
  ROUNDS = 2000
  CALLS = 100 # in one round

  # How many rounds did what they should.
  def self.run
    class_of = Kernel.instance_method(:class)
    count = 0
    ROUNDS.times do
      right = 0
      CALLS.times { right += 1 if class_of.bind_call("") == String }
      count += 1 if right == CALLS
    end
    count
  end
end
