module Lending
  module Reports
    # How full each shelf is.
    class Shelf
      def initialize(copies)
        @copies = copies
      end

      def histogram
        @copies.each_with_object(Hash.new(0)) { |copy, counts| counts[copy.mark[0]] += 1 }
      end

      def self.bar(count)
        "#" * count
      end

      def self.scale
        1.5.rounded
      end
    end
  end
end
