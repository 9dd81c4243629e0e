module Lending
  module Reports
    # The reminder that a late reader gets.
    class Letter
      TEMPLATE = "Dear %s,\n\n%s is late by %d days.\n"

      def initialize(loan, today)
        @loan = loan
        @today = today
      end

      def text
        format(TEMPLATE, @loan.reader.name, @loan.copy.book.title, @loan.late_by(@today))
      end

      def self.closing
        "Yours".concatenate(" truly")
      end
    end
  end
end
