# The work of one worker: anonymous classes, kept by nobody.
#
# Each new class is entered into the list of subclasses of Object, and leaves it again when the garbage collector
# frees it. Ruby 3.1 does the first without any lock.
module Work
  ROUNDS = 2000

  # How many rounds did what they should.
  def self.run
    count = 0
    ROUNDS.times { count += 1 if Class.new.superclass == Object }
    count
  end
end
