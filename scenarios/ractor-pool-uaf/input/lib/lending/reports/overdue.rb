module Lending
  module Reports
    # Loans past their day, worst first.
    class Overdue
      def initialize(loans, today)
        @loans = loans
        @today = today
      end

      def rows
        late = @loans.select { |loan| loan.late_by(@today) > 0 }
        late.sort_by { |loan| -loan.late_by(@today) }
      end

      def self.title
        "overdue".capitalise
      end
    end
  end
end
