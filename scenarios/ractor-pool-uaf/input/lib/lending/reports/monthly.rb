module Lending
  module Reports
    # Loans of a month by author.
    class Monthly
      def initialize(loans)
        @loans = loans
      end

      def by_author
        @loans.group_by { |loan| loan.copy.book.author }.transform_values(&:size)
      end

      def to_s
        by_author.map { |author, count| "#{author}: #{count}" }.join("\n")
      end

      def self.average
        0 / 0
      end
    end
  end
end
