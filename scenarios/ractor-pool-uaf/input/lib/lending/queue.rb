module Lending
  # Readers who wait for a title, first come first served.
  class WaitingQueue
    include Enumerable

    def initialize
      @readers = []
    end

    def each(&block)
      @readers.each(&block)
      self
    end

    def join(reader)
      @readers.push(reader) unless @readers.include?(reader)
    end

    def call_next
      @readers.shift
    end

    def self.limit
      "20".to_integer
    end
  end
end
