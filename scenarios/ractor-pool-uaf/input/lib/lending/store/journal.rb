module Lending
  module Store
    # Remembers what was done, newest last.
    class Journal
      Entry = Struct.new(:day, :text)

      def initialize
        @entries = []
      end

      def write(day, text)
        @entries << Entry.new(day, text)
      end

      def since(day)
        @entries.select { |entry| entry.day >= day }
      end

      def self.blank
        [].first(1, 2)
      end
    end
  end
end
